import json
import random
import subprocess
import sys
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(FOLDER))

import handler as module  # noqa: E402
from handler import Adapter, InputError, handler, times  # noqa: E402


def rank_one_task(seed=1, inputs=4, outputs=3, rows=20):
    """Rows of a layer that differs from `weights` by a matrix of rank one."""
    rng = random.Random(seed)

    def vector(n):
        return [rng.uniform(-1, 1) for _ in range(n)]

    weights = [vector(inputs) for _ in range(outputs)]
    left, right = vector(outputs), vector(inputs)
    target = [[w + l * r for w, r in zip(row, right)] for row, l in zip(weights, left)]
    xs = [vector(inputs) for _ in range(rows)]
    return {"weights": weights, "rows": [{"x": x, "y": times(target, x)} for x in xs]}


def index(data):
    """What the indexer answers, for words between spaces."""
    postings = {}
    for item in data["objects"]:
        for token in item["text"].split():
            postings.setdefault(token, []).append(item["id"])
    return {"index": postings}


class Training(unittest.TestCase):
    def test_adapter_learns_a_change_of_low_rank(self):
        result = handler(data={**rank_one_task(), "rank": 1, "epochs": 300}, context={})
        self.assertGreater(result["loss"]["before"], 0.01)
        self.assertLess(result["loss"]["after"], result["loss"]["before"] / 1000)
        self.assertEqual((len(result["a"]), len(result["a"][0])), (1, 4))
        self.assertEqual((len(result["b"]), len(result["b"][0])), (3, 1))
        self.assertEqual(result["steps"], 6000)

    def test_weights_stay_as_they_are(self):
        task = rank_one_task()
        before = json.dumps(task["weights"])
        handler(data=task, context={})
        self.assertEqual(json.dumps(task["weights"]), before)

    def test_equal_seeds_give_equal_adapters(self):
        task = rank_one_task()
        first, second, third = (
            handler(data={**task, "seed": seed, "epochs": 3}, context={}) for seed in (5, 5, 6)
        )
        self.assertEqual(first, second)
        self.assertNotEqual(first["a"], third["a"])

    def test_step_follows_the_gradient(self):
        """Against differences of the loss, for each entry of A and B."""
        task = rank_one_task()
        row = (task["rows"][0]["x"], task["rows"][0]["y"])

        def fresh():
            adapter = Adapter(task["weights"], 2, 3, random.Random(0))
            adapter.b = [[0.3, -0.2], [0.1, 0.5], [-0.4, 0.2]]
            return adapter

        rate, tiny = 1e-6, 1e-5
        moved = fresh()
        moved.step(*row, rate)
        for name in ("a", "b"):
            for i, line in enumerate(getattr(fresh(), name)):
                for j, value in enumerate(line):
                    up, down = fresh(), fresh()
                    getattr(up, name)[i][j] += tiny
                    getattr(down, name)[i][j] -= tiny
                    slope = (up.loss([row]) - down.loss([row])) / (2 * tiny)
                    self.assertAlmostEqual(
                        (value - getattr(moved, name)[i][j]) / rate, slope, places=4
                    )


class Inputs(unittest.TestCase):
    def test_texts_become_features_by_the_indexer(self):
        calls = []

        def invoke(name, data):
            calls.append(name)
            return index(data)

        rows = [{"text": "good day", "y": [1]}, {"text": "bad day", "y": [-1]}]
        data = {"weights": [[0, 0, 0, 0]], "rows": rows, "rank": 1, "epochs": 400}
        result = handler(data=data, context={"invoke": invoke})
        self.assertEqual(calls, ["org.dxos/function/universal-indexer"])
        self.assertEqual(result["vocabulary"], ["day", "bad", "good"])
        self.assertLess(result["loss"]["after"], 0.001)

    def test_model_is_loaded_with_its_secret_and_adapter_is_stored(self):
        task = rank_one_task()
        stored = {}

        class Models:
            def load(self, name, token):
                return {("tiny", "t"): task["weights"]}[name, token]

        class Storage:
            def set(self, key, value):
                stored[key] = value

        context = {"secrets": {"MODEL_TOKEN": "t"}, "ai": Models(), "storage": Storage()}
        data = {"model": "tiny", "rows": task["rows"], "epochs": 1, "name": "mine"}
        result = handler(data=data, context=context)
        self.assertEqual(stored, {"adapters/mine": result})
        with self.assertRaisesRegex(InputError, "no secret `MODEL_TOKEN`"):
            handler(data=data, context={**context, "secrets": {}})

    def test_what_cannot_be_trained_is_refused(self):
        good = rank_one_task()
        for change, message in [
            ({"weights": [[1], [1, 2]]}, "rows of one length"),
            ({"weights": [["1"]]}, "found '1', expected a finite number"),
            ({"rows": []}, "expected a list of objects"),
            ({"rows": [{"x": [1, 2], "y": [1, 2, 3]}]}, "found 2 inputs and 3 outputs, expected 4 and 3"),
            ({"rows": [{"text": "a", "y": [1]}, {"x": [1], "y": [1]}]}, "in all of them or in none"),
            ({"rank": 4}, "expected 3 at most"),
            ({"epochs": 0}, "epochs: found 0"),
            ({"rate": -1}, "rate: found -1"),
            ({"rate": 1e6}, "diverged"),
            ({"alpha": float("nan")}, "finite"),
        ]:
            with self.subTest(message), self.assertRaisesRegex(InputError, message):
                handler(data={**good, **change}, context={})
        with self.assertRaisesRegex(InputError, "expected `weights` or `model`"):
            handler(data={"rows": good["rows"]}, context={})


class Command(unittest.TestCase):
    def run_with(self, text):
        return subprocess.run(
            [sys.executable, module.__file__], input=text, capture_output=True, text=True
        )

    def test_prints_the_adapter_as_json(self):
        task = {**rank_one_task(), "epochs": 2}
        done = self.run_with(json.dumps(task))
        self.assertEqual(json.loads(done.stdout), handler(data=task, context={}))

    def test_says_what_is_wrong(self):
        done = self.run_with('{"weights": [[1]], "rank": 1}')
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertTrue(done.stderr.startswith("error: rows: "), done.stderr)


if __name__ == "__main__":
    unittest.main()
