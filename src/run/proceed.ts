import type { Answer, RunRecord, Task, Work } from './record.ts'

/** Takes a task on to the next promise that it waits for, or to its end. */
export function proceed(run: RunRecord, task: Task, answer: Answer): void {
  const ticket = ++task.ticket
  task.next = null
  task.running = true
  let step: IteratorResult<PromiseLike<unknown>, unknown>
  try {
    step = 'error' in answer ? task.work.throw(answer.error) : task.work.next(answer.value)
  } catch (error) {
    run.task = null
    return task.ended({ error })
  }
  task.running = false
  if (step.done === true) {
    run.task = null
    return task.ended({ value: step.value })
  }
  const wake = (next: Answer): void => {
    if (task.ticket !== ticket) return
    task.next = next
    // Where a host has settled before the step that it called, the step is waited for.
    if (run.task === task) run.pump()
  }
  try {
    step.value.then(
      (value) => wake({ value }),
      (error: unknown) => wake({ error }),
    )
  } catch (error) {
    // A promise whose constructor, which `then` reads, is not what it should be.
    task.next = { error }
  }
}

/** Does work while the run's own waits for it: what a host calls back. */
export function fork(run: RunRecord, work: Work<unknown>): Promise<unknown> {
  const below = run.task
  return new Promise((resolve, reject) => {
    run.begin(work, (end) => {
      run.task = below
      if ('error' in end) reject(end.error)
      else resolve(end.value)
      // Whoever was to pass the end on may take its time; a run that is stopped does not.
      if (run.extra?.stopping === true && below !== null) below.next = end
    })
    run.pump()
  })
}
