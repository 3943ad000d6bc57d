import { testsOf } from '@jackfield/test-environment/vitest-config'

/** They start the whole platform and a browser, so nothing else runs beside them. */
export default testsOf({ stores: true, timeoutSeconds: 120, last: true })
