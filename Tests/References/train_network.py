"""Trains the network of examples/15_mlp.energy and writes its state dict as PyTorch names it.

Denoising score matching (Vincent, Neural Computation 23 (2011) 1661, equation 11) on the 150 flowers of iris.csv: the
score of sumsq(r)/2 + net(r), r being a flower with normal noise of 0.3 cm minus the mean of all, learns the way back.

Needs torch (2.13.0+cpu was used), numpy and safetensors. The result depends on their versions, so it is committed.
"""

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

DATA = Path(__file__).resolve().parents[2] / "examples" / "data"
NOISE = 0.3


class Model(torch.nn.Module):
    def __init__(self, d):
        super().__init__()
        self.net = torch.nn.Sequential(
            torch.nn.Linear(d, 16), torch.nn.SiLU(), torch.nn.Linear(16, 16), torch.nn.SiLU(), torch.nn.Linear(16, 1)
        )

    def forward(self, r):
        return r.square().sum(1) / 2 + self.net(r)[:, 0]


lines = [line for line in (DATA / "iris.csv").read_text().splitlines() if line and not line.startswith("#")]
rows = np.array([[float(cell) for cell in line.split(",")] for line in lines[1:]])
flowers = torch.tensor(rows - rows.mean(0), dtype=torch.float32)
torch.manual_seed(0)
model = Model(flowers.shape[1])
steps = 4000
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
for step in range(steps):
    noise = NOISE * torch.randn(4, *flowers.shape)
    r = (flowers + noise).flatten(0, 1).requires_grad_()
    (slope,) = torch.autograd.grad(model(r).sum(), r, create_graph=True)
    loss = (slope * NOISE**2 - noise.flatten(0, 1)).square().sum(1).mean() / 2
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
    if step % 500 == 0 or step == steps - 1:
        print(step, loss.item())
save_file(model.state_dict(), DATA / "flowers.safetensors")
