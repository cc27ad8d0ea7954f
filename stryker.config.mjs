// Stryker changes `src` in thousands of small ways, one at a time, and looks whether a test fails: `npm run test:mutants`.
// The tests that it runs are those of vitest.mutants.config.ts.
export default {
  mutate: ['src/**/*.ts'],
  plugins: ['@stryker-mutator/vitest-runner'],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutants.config.ts', related: true },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // A mutant that loops for ever is a killed one.
  timeoutMS: 2_500,
  timeoutFactor: 1.5,
  incremental: true,
  incrementalFile: '.cache/stryker-incremental.json',
  thresholds: { high: 95, low: 90, break: 90 },
  // What the tests need is copied, and nothing else.
  ignorePatterns: [
    '/*',
    '!/src',
    '!/test',
    '!/package.json',
    '!/*.config.ts',
    '!/tsconfig*.json',
    '/test/runtimes',
    '/test/dist',
    '/test/types',
    '/test/docs',
  ],
  // Stryker would read it with the API that TypeScript 7 has no more; nothing here needs it read.
  tsconfigFile: 'none',
  disableTypeChecks: false,
  reporters: ['clear-text', 'html', 'json'],
  clearTextReporter: { logTests: false, reportTests: false, reportMutants: false, allowColor: false },
  htmlReporter: { fileName: 'reports/mutants.html' },
  jsonReporter: { fileName: 'reports/mutants.json' },
  warnings: { slow: false },
}

// Mutants that no test can fail, since what they change makes no difference to anybody. They count as survivors all the same.
//
// A short way that gives what the long one gives, only sooner:
//   chain/start.ts       `logger === undefined && redact === null` → false, `settings === DEFAULT_SETTINGS` → false, `around === undefined` → true:
//                        surroundings are made again instead of shared; `plan.endless !== null` → true: checkEndless looks itself;
//                        `around.gated || …onRunEnd != null` → true: a beginning that nobody asks for
//   chain/chain.ts       `name === out` → false, `name === step.name` → false: looked up, or copied, for the same
//   compile/arguments.ts `isSimple(ref) && …` → false, `rest.length === 0` → false, `prototype === Object.prototype` → false
//   compile/compile.ts   `new Array(index)` → `new Array()`; `step.policy !== null || step.nested !== null` → true: endlessIn finds neither;
//                        `step.out !== null` → true: no ref has the key null
//   compile/names.ts     all of bitOf (any hash will do, as long as it is one), `tail.marks & …` → false, `tail.names !== null` → false, FEW, DEEPEST and
//                        depth, `isNext`, `node.size`: how texts are looked up, never what is found; `name !== undefined` → true: undefined <= size is false
//   compile/step.ts      `prototype === asyncFunction`, `prototype === Function.prototype`, `replaceable === false`: the tag or the text tells the same;
//                        `typeof timeout === 'number' && …`: place.number looks again; `list.length <= 2` → true: four is as many as any
//   run/attempt.ts       the conditions of `mark`: a clock that is read for nothing; `beforeAttempt != null` → true: notify looks again
//   run/call.ts          `rest.length === 0` → false: an empty path leads to where it is; `case Arity.two`: resolveArguments gives the same two
//   run/events.ts        `prefix === ''` → false: an empty prefix puts nothing in front, and a run of its own is its own root
//   run/input.ts         `plan.usesInput` → true, `then !== null` → true, the conditions of `hasOpening`: work that shows nowhere
//   run/nested.ts        `inner === DEFAULT_SETTINGS` → false: the same surroundings, made anew
//   run/notify.ts        `hooks == null` → false, `step.log !== null` → true, `then !== null` → true: what is called next looks again, or its fault is caught
//   run/pump.ts          the conditions of short ways (`plain`, `bare`, `gated`, `listed`, `isNative`, `typeof value === 'object'`, `hasOpening`, `wire`):
//                        the long way round; `sequence--` for `++`: any number that is another one
//   run/step.ts          `beforeStep != null` → true, `attempts.length > 0` → true, the conditions of `stepAt`: a time that nobody asks for
//   run/stop.ts          the conditions before `clock.now()` in whyBlocked: an end at Infinity never comes
//   run/sweeper.ts       `first`, `listed === 0`, `wait !== Infinity`, `armed === 0`: a sweep more, which finds nothing due
//
// What only the types ask for, because no run ever comes there:
//   `?? ''`, `= ''` and `?? []` behind an index or a default that is always there: compile/arguments.ts, compile/compile.ts, observe/printer.ts, run/events.ts,
//   run/failure.ts, run/notify.ts, run/record.ts; `row[…] ?? 0` in compile/check.ts
//   `extra?.`, `hooks?.`, `host?.`, `input?.`, `nested?.()`, `isLevelEnabled?.` (its fault is caught) where it is there, or `more()` was called: run/*.ts,
//   observe/printer.ts; `extra === null`, `policy === null`, `printed === null`, `host === null`, `plan.endless === null` beside what implies them
//   run/record.ts        the message of stepOf's RangeError
//   run/retry.ts         `?? ''` of a code that FINAL does not have; `duration !== undefined`: what blocked was timed; `how === 'unable'`: an error that
//                        sleep makes itself never comes back as an attempt
//
// What ends as it would have ended anyhow:
//   an empty `catch` in place of `return false` or `return undefined`, where undefined is as false: errors.ts, compile/arguments.ts, compile/policy.ts,
//   run/record.ts, run/retry-after.ts; `error === null` in run/retry-after.ts: reading null throws into that catch
//   clearTimeout without a timer: `timer !== undefined` → true in run/attempt.ts and run/notify.ts; `hookTimeout === Infinity` → false: a timer for ever, cleared
//   compile/template.ts  `scanner.at < text.length` → `<=`: one more turn, over nothing
//   observe/logging.ts   `duration < 10` → `<=`: 10 is "10 ms" either way
//   observe/output.ts    the place 'logging': hooks of our own are never refused
//   observe/render.ts    `slice(0, LONGEST)` of a text and of a message: the whole is cut at as many once more
//   run/attempt.ts       the default 'thrown', which nobody compares; `isA(again, Interrupted)` → true: nothing else is thrown there
//   run/clock.ts         `left > LONGEST_TIMER`: what is left is counted to the same by the clock; `{ handle: undefined }` → {}
//   run/end.ts, run/nested.ts `control !== null`: an engine's own suspension reaches neither
//   run/freeze.ts        `waiting.length > 0` → false differs only for undefined in a list whose rest is frozen by its own step; `["Stryker was here"]`: not an object
//   run/input.ts         `.then(noop, noop)` of a validator's promise, which never rejects
//   run/proceed.ts       `--task.ticket`: another number all the same
//
// Looked at, and neither killed nor proven: what two runs, a host and time have to do at one moment to tell them apart was not found.
//   run/hosted.ts        `stopping`, `hosted` and `here` beside an outcome that comes while the run is stopped
//   run/limits.ts        `attend` where the signal was aborted since it was last looked at
//   run/notify.ts        which hooks are not waited for, on a host or when the run is stopped
//   run/pump.ts          `interrupt` and `fork` where several ends come at once; `{ interrupted: … }` → {}
//   run/step.ts          `abandoned` of a step that failed without an attempt
//   run/stop.ts          deadlines that are asked again by a nested run; `at.sequence === at.seen`; how a broken deadline is told
//   run/sweeper.ts       where one clock's timer is set anew while others are due
