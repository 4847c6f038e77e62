/**
 * Runs suites as compiled JavaScript in plain Node, where jest's own runner loads every module anew for every suite:
 * jest-light-runner, told where the compiled suites are. In its threads, not its child processes: of these some never
 * begin, for they are handed their settings through one channel that the first to ask empties (0.7.13).
 */
import { join, relative } from 'node:path';
import LightRunner from 'jest-light-runner';
import { inRoot, root } from '../../deploy/prepare/root.mjs';

export default class CompiledSuites extends LightRunner {
  runTests(tests, watcher, onStart, onResult, onFailure) {
    const sources = new Map(tests.map((test) => [{ ...test, path: compiledPath(test.path) }, test]));
    const sourceOf = (compiled) => sources.get(compiled);
    return super.runTests(
      [...sources.keys()],
      watcher,
      (test) => onStart(sourceOf(test)),
      (test, result) => onResult(sourceOf(test), { ...result, testFilePath: sourceOf(test).path }),
      (test, error) => onFailure(sourceOf(test), error),
    );
  }
}

const compiledPath = (path) => join(inRoot('dist'), relative(root, path)).replace(/\.ts$/, '.js');
