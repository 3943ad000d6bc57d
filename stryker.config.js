// StrykerJS, started by `npm run mutate`. From the root, so that the sandbox holds the workspaces' shared tsconfig.
const service = process.env.MUTATED_SERVICE ?? ''

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  mutate: [`services/${service}/src/domain/**/*.ts`],
  vitest: { configFile: 'tools/local-platform/mutation.vitest.config.ts' },
  // Stryker rewrites a tsconfig by an interface that TypeScript 7 no longer has; ours needs no rewriting.
  tsconfigFile: 'none',
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['.data', 'bench', 'deploy', 'docs', 'examples', 'tools/m365-emulator'],
  reporters: ['clear-text'],
  clearTextReporter: { allowColor: false, reportTests: false },
  concurrency: 2,
  thresholds: { high: 95, low: 90, break: 85 },
}
