import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Puts the tests of the file that holds the mutant first, then those of its folder: what is killed at all is killed soon. */
export class MirrorFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // Where Stryker's `related` is on, it tells here which file it has changed.
    const mutated = /\/src\/((?:.*\/)?)([^/]*)\.ts$/.exec(this.ctx.config.related?.[0] ?? '')
    if (mutated === null) return files
    const [, folder = '', name = ''] = mutated
    const place = ({ moduleId }: TestSpecification): number =>
      moduleId.includes(`/unit/${folder}${name}`) ? 0 : moduleId.includes(`/unit/${folder || name}`) ? 1 : 2
    return files.toSorted((one, other) => place(one) - place(other))
  }
}
