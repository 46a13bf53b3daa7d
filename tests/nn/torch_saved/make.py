"""Makes the files beside it, with PyTorch: ``python tests/nn/torch_saved/make.py``.

What is in them is told again by ``expected.npz``, as NumPy arrays.
"""

from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).parent
FORMATS = {"zip": {}, "legacy": {"_use_new_zipfile_serialization": False}}
DTYPES = [
    torch.float16, torch.float32, torch.float64, torch.bfloat16, torch.int8, torch.int16,
    torch.int32, torch.int64, torch.uint8, torch.bool, torch.complex64, torch.complex128,
]  # fmt: skip


def tensors():
    """One of every dtype, and every way to lie in a storage."""
    torch.manual_seed(0)
    base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
    made = {f"dtype.{str(d).removeprefix('torch.')}": (torch.randn(3, 2) * 5).to(d) for d in DTYPES}
    made |= {
        "base": base,
        "transposed": base.permute(2, 0, 1),
        "part": base[1, 1:, ::2],
        "expanded": torch.tensor([[1.0], [2.0]]).expand(2, 3),
        "number": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        "parameter": torch.nn.Parameter(torch.ones(2)),
    }
    return OrderedDict(made)


def model():
    """A state dict with all that comes with one."""
    torch.manual_seed(1)
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Flatten(), torch.nn.Linear(4, 2)
    )
    net(torch.randn(5, 3, 3, 3))
    return net


def main():
    """Write all files."""
    as_arrays = {
        name: (t.float() if t.dtype == torch.bfloat16 else t).detach().numpy()
        for name, t in tensors().items()
    }
    net = model()
    as_arrays |= {f"model.{name}": t.numpy() for name, t in net.state_dict().items()}
    np.savez_compressed(HERE / "expected.npz", **as_arrays)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    net(torch.ones(2, 3, 3, 3)).sum().backward()
    optimizer.step()
    checkpoint = {
        "model": model().state_dict(),
        "optimizer": optimizer.state_dict(),
        "epoch": 3,
        "best": 0.5,
        "notes": ["text", None, True, (1, 2), torch.Size([3, 4])],
    }
    for name, options in FORMATS.items():
        torch.save(tensors(), HERE / f"tensors-{name}.pth", **options)
        torch.save(checkpoint, HERE / f"checkpoint-{name}.pth", **options)
        torch.save(torch.arange(3), HERE / f"one-{name}.pth", **options)
        torch.save(torch.eye(2).to_sparse(), HERE / f"sparse-{name}.pth", **options)
    torch.save(net[3], HERE / "module-zip.pth")  # the other format would note where PyTorch lies
    torch.save({"a": torch.tensor([1, 2, 65535], dtype=torch.uint16)}, HERE / "uint16-zip.pth")
    torch.save(model().state_dict(), HERE / "protocol4-zip.pth", pickle_protocol=4)


if __name__ == "__main__":
    main()
