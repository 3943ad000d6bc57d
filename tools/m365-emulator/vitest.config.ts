import { testsOf } from '@jackfield/test-environment/vitest-config'

/** Some tests start processes and a browser; on a loaded machine each start takes its time. */
export default testsOf({ timeoutSeconds: 90 })
