import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { answerOf, NONE, whyNone } from "../../js/base/answer.js";

/** What Python says; tests/network/test_answer.py has the same table. */
const SHARED = JSON.parse(await readFile(new URL("./answers.json", import.meta.url), "utf8"));

test("answers, and why there is none, are Python's", () => {
  for (const { odds, none_below, why, answer } of SHARED) {
    assert.equal(whyNone(odds, none_below), why);
    assert.equal(whyNone(new Map(odds), none_below), why);
    assert.equal(answerOf(odds, none_below), answer);
  }
});

test("without a threshold a class is always said", () => {
  assert.equal(whyNone([["a", 0.1]]), "");
  assert.equal(whyNone([["a", 0.1]], undefined), "");
  assert.equal(whyNone([], 0.9), ""); // a network without classes
  assert.equal(answerOf([["a", 0.1], ["b", 0.2]]), "b");
  assert.equal(answerOf([["a", 0.1], ["b", 0.2]], 0.9), NONE);
});
