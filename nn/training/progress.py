"""What a run shows of itself: a bar per epoch, or a line where tqdm is missing."""

from nn.bars import moved_by_hand


class EpochBar:
    """``with EpochBar(trainer, batches) as bar``: counts batches and shows the loss."""

    def __init__(self, trainer, batches):
        self.trainer = trainer
        self.bar = moved_by_hand(
            f"epoch {trainer.epoch + 1}/{trainer.epochs}",
            trainer.progress,
            total=batches,
            initial=trainer.batch,
            unit="batch",
        )

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if self.bar is not None:
            self.bar.close()

    def update(self, batches):
        """So many batches are done."""
        if self.bar is not None:
            self.bar.set_postfix_str(f"loss {self.trainer.losses[-1]:.4g}", refresh=False)
            self.bar.update(batches)

    def close_with(self, row):
        """Show the row of the epoch."""
        if not self.trainer.progress:
            return
        text = ", ".join(
            f"{k} {v:.4g}" for k, v in row.items() if k not in ("epoch", "step", "seconds")
        )
        if self.bar is None:
            print(f"epoch {row['epoch']}/{self.trainer.epochs}: {text}", flush=True)
        else:
            self.bar.set_postfix_str(text)
