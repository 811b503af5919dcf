"""Trains a low-rank adapter (LoRA) of one linear layer.

The layer computes y = W x. W stays as it is; what is learned is the product of two thin matrices:

    y = W x + (alpha / rank) * B (A x)        A: rank x inputs    B: outputs x rank

A begins with small random numbers and B with zeros, so that training begins from the layer as it
was. Stochastic gradient descent on the squared error; equal input gives equal output, because the
order of rows and the first A follow from the seed.
"""

import json
import math
import random
import sys

INDEXER = "org.dxos/function/universal-indexer"

# A model of this size is trained in seconds here; larger ones want another tool.
MAX_WEIGHTS = 1_000_000

DEFAULTS = {"rank": 2, "alpha": 4, "rate": 0.05, "epochs": 50, "seed": 0}


class InputError(ValueError):
    """What was asked for cannot be trained."""


def dot(left, right):
    # Exact before it is rounded once: `sum` of floats differs between versions of Python.
    return math.fsum(a * b for a, b in zip(left, right))


def times(matrix, vector):
    return [dot(row, vector) for row in matrix]


class Adapter:
    """A frozen layer and what is learned on top of it."""

    def __init__(self, weights, rank, alpha, rng):
        outputs, inputs = len(weights), len(weights[0])
        self.weights = weights
        self.scale = alpha / rank
        spread = 1 / math.sqrt(inputs)
        self.a = [[rng.uniform(-spread, spread) for _ in range(inputs)] for _ in range(rank)]
        self.b = [[0.0] * rank for _ in range(outputs)]

    def forward(self, x):
        """The answer, and A x, which training needs again."""
        low = times(self.a, x)
        delta = times(self.b, low)
        base = times(self.weights, x)
        return [w + self.scale * d for w, d in zip(base, delta)], low

    def loss(self, rows):
        """Mean squared error."""
        losses = []
        for x, y in rows:
            errors = [p - q for p, q in zip(self.forward(x)[0], y)]
            losses.append(dot(errors, errors) / len(y))
        return math.fsum(losses) / len(rows)

    def step(self, x, y, rate):
        """One row of gradient descent. Both gradients are those before the step."""
        answer, low = self.forward(x)
        error = [2 * (p - q) / len(y) * self.scale for p, q in zip(answer, y)]
        back = [dot(error, column) for column in zip(*self.b)]
        for e, row in zip(error, self.b):
            for k, value in enumerate(low):
                row[k] -= rate * e * value
        for g, row in zip(back, self.a):
            for i, value in enumerate(x):
                row[i] -= rate * g * value


def numbers(value, what):
    """A list of finite numbers, as floats."""
    if not isinstance(value, list) or not value:
        raise InputError(f"{what}: expected a list of numbers")
    for item in value:
        if isinstance(item, bool) or not isinstance(item, (int, float)) or not math.isfinite(item):
            raise InputError(f"{what}: found {item!r}, expected a finite number")
    return [float(item) for item in value]


def settings_of(data):
    settings = {key: data.get(key, default) for key, default in DEFAULTS.items()}
    for key in ("rank", "epochs", "seed"):
        value = settings[key]
        if isinstance(value, bool) or not isinstance(value, int) or value < (key != "seed"):
            raise InputError(f"{key}: found {value!r}, expected a positive integer")
    for key in ("alpha", "rate"):
        if not numbers([settings[key]], key)[0] > 0:
            raise InputError(f"{key}: found {settings[key]!r}, expected more than zero")
    return settings


def features_of_texts(texts, width, context):
    """One number for each of the `width` tokens that most texts have: 1 where the text has it.

    Equally frequent tokens are taken by alphabet.
    """
    objects = [{"id": str(i), "text": text} for i, text in enumerate(texts)]
    index = context["invoke"](INDEXER, {"objects": objects})["index"]
    vocabulary = sorted(index, key=lambda token: (-len(index[token]), token))[:width]
    rows = [[0.0] * width for _ in texts]
    for column, token in enumerate(vocabulary):
        for i in index[token]:
            rows[int(i)][column] = 1.0
    return rows, vocabulary


def weights_of(data, context):
    """The frozen layer: as given, or a model's that is loaded with a secret."""
    if "weights" in data:
        weights = data["weights"]
    elif "model" in data:
        token = context["secrets"].get("MODEL_TOKEN")
        if token is None:
            raise InputError("model: there is no secret `MODEL_TOKEN`")
        weights = context["ai"].load(data["model"], token)
    else:
        raise InputError("expected `weights` or `model`")
    if not isinstance(weights, list) or not weights:
        raise InputError("weights: expected a list of rows")
    rows = [numbers(row, f"weights, row {i + 1}") for i, row in enumerate(weights)]
    if any(len(row) != len(rows[0]) for row in rows):
        raise InputError("weights: expected rows of one length")
    if len(rows) * len(rows[0]) > MAX_WEIGHTS:
        raise InputError(f"weights: more than {MAX_WEIGHTS}")
    return rows


def rows_of(data, inputs, outputs, context):
    """Pairs of input and output, and the tokens that stand for the inputs, if these are texts."""
    rows = data.get("rows")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise InputError("rows: expected a list of objects with `x` or `text`, and `y`")
    texts = [row["text"] for row in rows if isinstance(row.get("text"), str)]
    vocabulary = None
    if texts and len(texts) != len(rows):
        raise InputError("rows: expected `text` in all of them or in none")
    if texts:
        xs, vocabulary = features_of_texts(texts, inputs, context)
    else:
        xs = [numbers(row.get("x"), f"rows, {i + 1}, x") for i, row in enumerate(rows)]
    ys = [numbers(row.get("y"), f"rows, {i + 1}, y") for i, row in enumerate(rows)]
    for i, (x, y) in enumerate(zip(xs, ys)):
        if len(x) != inputs or len(y) != outputs:
            raise InputError(
                f"rows, {i + 1}: found {len(x)} inputs and {len(y)} outputs,"
                f" expected {inputs} and {outputs}"
            )
    return list(zip(xs, ys)), vocabulary


def train(adapter, rows, settings, rng):
    """The loss before and after."""
    order = list(range(len(rows)))
    try:
        before = adapter.loss(rows)
        for _ in range(settings["epochs"]):
            rng.shuffle(order)
            for i in order:
                adapter.step(*rows[i], settings["rate"])
        after = adapter.loss(rows)
    except (OverflowError, ValueError):
        # Sums of what is no longer finite.
        after = math.inf
    if not math.isfinite(after):
        raise InputError(f"rate: training diverged at {settings['rate']}, expected a smaller one")
    return before, after


def handler(*, data, context):
    """Trains on `data["rows"]` and gives the adapter, and the loss before and after.

    `context` needs `invoke` for rows of text, `secrets` and `ai` for a model by name, and
    `storage`, if there is one, keeps the adapter under `data["name"]`.
    """
    settings = settings_of(data)
    weights = weights_of(data, context)
    outputs, inputs = len(weights), len(weights[0])
    if settings["rank"] > min(inputs, outputs):
        raise InputError(f"rank: found {settings['rank']}, expected {min(inputs, outputs)} at most")
    rows, vocabulary = rows_of(data, inputs, outputs, context)
    rng = random.Random(settings["seed"])
    adapter = Adapter(weights, settings["rank"], settings["alpha"], rng)
    before, after = train(adapter, rows, settings, rng)
    result = {
        "a": adapter.a,
        "b": adapter.b,
        "scale": adapter.scale,
        "loss": {"before": before, "after": after},
        "steps": settings["epochs"] * len(rows),
    }
    if vocabulary is not None:
        result["vocabulary"] = vocabulary
    if "name" in data and "storage" in context:
        context["storage"].set(f"adapters/{data['name']}", result)
    return result


def main():
    try:
        result = handler(data=json.load(sys.stdin), context={})
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    json.dump(result, sys.stdout)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
