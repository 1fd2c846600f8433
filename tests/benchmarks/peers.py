"""The same work in PyTorch: skorch's GridSearchCV over the regression grid, bare loops, and Fashion-MNIST epochs.

Run by tests/benchmarks/__main__.py in an environment of its own (requirements-bench.txt), as
`python peers.py WORK.npz WHAT`
reads arrays and settings from WORK.npz and prints one JSON object with the seconds that the work took.
"""

import json
import sys
import time

import numpy as np
import torch
from torch import nn


def main(path, what):
    with np.load(path, allow_pickle=False) as stored:
        work = {name: stored[name] for name in stored.files}
    settings = json.loads(str(work.pop("settings")))
    started = time.perf_counter()
    seconds = WORK[what](work, settings) or time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "torch": torch.__version__}))


class Mlp(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Linear(1, 256),
            nn.Tanh(),
            nn.Linear(256, 512),
            nn.Softplus(),
            nn.Linear(512, 768),
            nn.ReLU(),
            nn.Linear(768, 1),
        )


def skorch_grid(work, settings):
    """All combinations on all folds, two jobs.

    By default skorch keeps a fifth of each fold's points from training, to validate every epoch; with "all_points" it
    trains on all of them, as the project does, and validates on as many others as a fold holds out.
    """
    from sklearn.model_selection import GridSearchCV, KFold
    from skorch import NeuralNetRegressor
    from skorch.dataset import Dataset
    from skorch.helper import predefined_split

    x, y, grid, folds = work["x"], work["y"], settings["grid"], settings["folds"]
    held_out = predefined_split(Dataset(x[: len(x) // folds], y[: len(x) // folds]))
    options = {"train_split": held_out} if settings["all_points"] else {}
    network = NeuralNetRegressor(
        Mlp,
        optimizer=torch.optim.Adam,
        max_epochs=settings["epochs"],
        iterator_train__shuffle=True,
        verbose=0,
        **options,
    )
    names = {"learning_rate": "lr", "weight_decay": "optimizer__weight_decay", "batch_size": "batch_size"}
    grid = {names[name]: values for name, values in grid.items()}
    splits = KFold(folds, shuffle=True, random_state=0)
    GridSearchCV(network, grid, cv=splits, n_jobs=2, refit=False, scoring="neg_mean_squared_error").fit(x, y)


def bare_loops(work, settings):
    """One fold at each batch size in a loop of one's own, on one thread, after an epoch of each that warms up.

    The first optimizer of a process takes a second to load.
    """
    torch.set_num_threads(1)
    x, y, loss = torch.tensor(work["x"]), torch.tensor(work["y"]), nn.MSELoss()
    for epochs in (1, settings["epochs"]):
        started = time.perf_counter()
        for size in settings["batch_sizes"]:
            network = Mlp()
            optimizer = torch.optim.Adam(network.parameters(), lr=0.001, weight_decay=1e-7)
            train(network, loss, optimizer, x, y, {"epochs": epochs, "batch_size": size}, held_out=20)
    return time.perf_counter() - started


def image_epochs(work, settings):
    """The reference network in float32, validated on a fifth as many images, after an epoch that warms up."""
    torch.set_num_threads(settings["threads"])
    network = nn.Sequential(
        *(
            nn.Conv2d(1, 32, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(32, 48, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
        ),
        *(nn.Linear(25 * 48, 128), nn.ReLU(), nn.Linear(128, 256), nn.ReLU(), nn.Dropout(0.2), nn.Linear(256, 10)),
    )
    optimizer = torch.optim.Adam(network.parameters(), lr=0.0001, weight_decay=1e-7)
    x, y = torch.tensor(work["images"]).permute(0, 3, 1, 2).float() / 255, torch.tensor(work["labels"])
    train(network, nn.CrossEntropyLoss(), optimizer, x, y, settings | {"epochs": 1}, held_out=len(x) // 6)
    started = time.perf_counter()
    train(network, nn.CrossEntropyLoss(), optimizer, x, y, settings, held_out=len(x) // 6)
    return time.perf_counter() - started


def train(network, loss, optimizer, x, y, settings, held_out):
    """Epochs over all points but the first `held_out`, on which each epoch validates."""
    x_train, y_train, size = x[held_out:], y[held_out:], settings["batch_size"]
    for _ in range(settings["epochs"]):
        network.train()
        order = torch.randperm(len(x_train))
        for start in range(0, len(order), size):
            batch = order[start : start + size]
            optimizer.zero_grad()
            loss(network(x_train[batch]), y_train[batch]).backward()
            optimizer.step()
        network.eval()
        with torch.no_grad():
            for start in range(0, held_out, 1000):
                loss(network(x[start : min(start + 1000, held_out)]), y[start : min(start + 1000, held_out)]).item()


WORK = {"skorch_grid": skorch_grid, "bare_loops": bare_loops, "image_epochs": image_epochs}

if __name__ == "__main__":
    main(*sys.argv[1:])
