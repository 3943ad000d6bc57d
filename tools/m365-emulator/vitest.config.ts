import { testsOf } from '@jackfield/test-environment/vitest-config'

/** Some tests start processes and a browser, which takes long on a loaded machine. */
export default testsOf({ timeoutSeconds: 90 })
