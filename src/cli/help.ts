export const HELP: string = `Runs chains of StepChain, and draws them.

  stepchain run FILE [options]     runs the chain that FILE exports
  stepchain graph FILE [options]   prints its steps
  stepchain run --help             says more; so does graph --help
  stepchain --version

FILE is a JavaScript module, or a TypeScript one on Node 22.18 or later.
`

const CHAIN = `  --export NAME     which export is the chain
                    (default: the default export, else the only chain that FILE exports)`

const EXIT_CODES = `Exit codes
  0    all went well
  1    the run failed, or what it gave could not be written
  2    the command was not understood, or FILE has no such chain
  129  the run was cancelled by SIGHUP
  130  by SIGINT (Ctrl+C)
  143  by SIGTERM
`

export const RUN_HELP: string = `Runs the chain that FILE exports.

  stepchain run FILE [options]

${CHAIN}
  --input INPUT     the input of the run, an object: as JSON, @path of a file, or - for standard input
  --timeout MS      cancels the run after so many milliseconds
  --report PATH     writes what happened: .html a page, .json data, .txt a table
  --trace PATH      writes a trace for Perfetto, speedscope or chrome://tracing
  --progress        shows progress also where standard error is no terminal: as lines with the time
  --quiet           prints neither progress nor the chain's own lines
  --json            prints the context at the end on standard output, as JSON; all else goes to standard error
  -h, --help

SIGINT, SIGTERM and SIGHUP cancel the run: steps see their signal aborted, and compensations finish.
A second one ends the process at once.

${EXIT_CODES}`

export const GRAPH_HELP: string = `Prints the steps of the chain that FILE exports, without running it.

  stepchain graph FILE [options]

${CHAIN}
  --format FORMAT   text, mermaid or json (default: text)
  -h, --help

${EXIT_CODES.split('\n')
  .filter((line) => !/^ {2}1/.test(line))
  .join('\n')}`
