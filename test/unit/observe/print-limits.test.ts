import { expect, test } from 'vitest'
import { recorder } from '../../support/recorder.ts'
import { untyped } from '../../support/untyped.ts'

const long = 'abcdefghij'

test('lines and values are cut as the options of the chain or the run say', () => {
  const logger = recorder('info')
  const step = untyped('c', { logger, printLimits: { value: 4 } }).next(() => long, { out: 'x', log: '{x} and more' })
  step.runSync()
  step.runSync({}, { printLimits: { line: 8 } })
  expect(logger.text).toEqual(['info abcd… +6 more and more', 'info abcdefgh…'])
})

test('they are there for the default logger, and in nested chains', () => {
  const logger = recorder('info')
  const inner = untyped('i', { redact: { keys: ['a'] } }).next(() => [{ a: 1 }, long], { out: 'x', log: '{x}' })
  untyped('c', { logger, printLimits: { value: 12 } })
    .next(inner, { out: 'y' })
    .runSync()
  expect(logger.text).toEqual(['info [{"a":[hidde… +1 more'])
  expect(untyped('c', { printLimits: {} }).runSync()).toEqual({})
})

test('what inner chains and branches hide as sensitive is hidden around them', async () => {
  const logger = recorder('info')
  const inner = untyped('i').next(() => 7, { out: 'pinned', sensitive: true })
  const outer = untyped('c', { logger }) as unknown as { parallel(list: unknown): ReturnType<typeof untyped> }
  await outer
    .parallel([(c: ReturnType<typeof untyped>) => c.next(() => 8, { out: 'branched', sensitive: true })])
    .next(inner, { out: 'own', log: '{own} {branched} {result.pinned}' })
    .tap((_: unknown, { log }: { log: Console }) => log.info('m', { branched: 8, other: 8 }))
    .run()
  expect(logger.text[0]).toBe('info {"branched":[sensitive],"pinned":[sensitive]} [sensitive] [sensitive]')
  expect(logger.lines[1]?.fields).toMatchObject({ branched: '[sensitive]', other: 8 })
})
