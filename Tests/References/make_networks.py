"""State dicts of multilayer perceptrons as PyTorch saves them, with energies, scores and gradients that PyTorch computes.

For each activation a network 2-8-8-1 is built with torch.nn.Sequential inside a module that calls it `network`, so that
all keys carry that prefix, and its state dict is saved by safetensors.torch in single and in double precision. The
JSON file beside them holds, for both, computed in double precision with the weights as they are saved:

    x         samples, flat, (rows, 2)
    energy    one a row
    scale     of each energy the sum of the absolute values of the last layer's terms
    score     minus the gradient by the samples, flat
    gradients of the sum of the energies by every weight, flat, by name without the prefix
    magnitude of each of these the sum of the absolute values of what is added over the rows

Needs torch (2.13.0+cpu was used), numpy and safetensors.
"""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

OUT = Path(__file__).resolve().parent / "networks"
ROWS = 9
ACTIVATIONS = {
    "silu": torch.nn.SiLU,
    "tanh": torch.nn.Tanh,
    "relu": torch.nn.ReLU,
    "gelu": torch.nn.GELU,
    "softplus": torch.nn.Softplus,
    "elu": torch.nn.ELU,
    "sigmoid": torch.nn.Sigmoid,
    "mish": torch.nn.Mish,
    "leaky_relu": torch.nn.LeakyReLU,
}


class Energy(torch.nn.Module):
    def __init__(self, activation):
        super().__init__()
        self.network = torch.nn.Sequential(
            torch.nn.Linear(2, 8), activation(), torch.nn.Linear(8, 8), activation(), torch.nn.Linear(8, 1)
        )

    def forward(self, x):
        return self.network(x)[:, 0]


def results(model, x):
    model = model.double()
    x = x.clone().requires_grad_()
    energy = model(x)
    (slope,) = torch.autograd.grad(energy.sum(), x, create_graph=False)
    last = model.network[-1]
    scale = model.network[:-1](x).abs() @ last.weight[0].abs() + last.bias.abs()
    parameters = {name.removeprefix("network."): p for name, p in model.named_parameters()}
    total = {name: torch.zeros_like(p) for name, p in parameters.items()}
    magnitude = {name: torch.zeros_like(p) for name, p in parameters.items()}
    for row in x.detach():
        parts = torch.autograd.grad(model(row[None]).sum(), list(parameters.values()))
        for name, part in zip(parameters, parts):
            total[name] += part
            magnitude[name] += part.abs()
    flat = lambda t: t.detach().numpy().ravel().tolist()
    return {
        "energy": flat(energy),
        "scale": flat(scale),
        "score": flat(-slope),
        "gradients": {name: flat(g) for name, g in total.items()},
        "magnitude": {name: flat(g) for name, g in magnitude.items()},
    }


def main():
    OUT.mkdir(exist_ok=True)
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(ROWS, 2, generator=generator, dtype=torch.float32).double() * 1.5
    x = x.float().double()
    for number, (name, activation) in enumerate(ACTIVATIONS.items()):
        torch.manual_seed(number)
        model = Energy(activation).double()
        document = {"activation": name, "sizes": [2, 8, 8, 1], "rows": ROWS, "x": x.numpy().ravel().tolist()}
        save_file(model.state_dict(), OUT / f"{name}.f64.safetensors")
        document["f64"] = results(model, x)
        save_file(model.float().state_dict(), OUT / f"{name}.f32.safetensors")
        document["f32"] = results(model, x)
        (OUT / f"{name}.json").write_text(json.dumps(document) + "\n")
        if name == "silu":
            np.savez(OUT / "silu.npz", **{k: v.detach().numpy() for k, v in model.double().state_dict().items()})


if __name__ == "__main__":
    main()
