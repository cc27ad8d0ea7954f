import { dirname, join, sep } from 'node:path'
import type typescript from 'typescript-5'

/*
 * A compiler that stays: the program of one older than TypeScript 7.0, whose name it is given. It is sent folders of
 * projects, and sends what `tsc` would have printed. Started anew for each, it would spend most of its time on reading
 * the libraries of the language and on warming up.
 */
const { default: ts } = (await import(process.argv[2] ?? '')) as { default: typeof typescript }

const LIBRARIES = dirname(ts.getDefaultLibFilePath({})) + sep
const kept = new Map<string, typescript.SourceFile | undefined>()

function compile(folder: string): string {
  const { config } = ts.readConfigFile(join(folder, 'tsconfig.json'), ts.sys.readFile) as { config: unknown }
  const { options, fileNames, errors } = ts.parseJsonConfigFileContent(config, ts.sys, folder)
  const host = ts.createCompilerHost(options)
  const read = host.getSourceFile
  host.getSourceFile = (path, ...how) => {
    const file = kept.get(path) ?? read(path, ...how)
    if (path.startsWith(LIBRARIES)) kept.set(path, file)
    return file
  }
  const program = ts.createProgram(fileNames, options, host)
  const found = [...errors, ...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics]
  const said = ts.formatDiagnostics(found, { ...host, getCurrentDirectory: () => folder })
  return `${said}\nInstantiations: ${program.getInstantiationCount()}\n`
}

process.on('message', (folder: string) => process.send?.(compile(folder)))
