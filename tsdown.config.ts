import { defineConfig, type UserConfig } from 'tsdown'

// One bundled file per entry: an import of many small files costs several times as long to load.
const config: UserConfig = defineConfig({
  entry: { index: 'src/index.ts' },
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  tsconfig: 'tsconfig.src.json',
  dts: true,
  failOnWarn: true,
})

export default config
