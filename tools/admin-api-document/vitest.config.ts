import { testsOf } from '@jackfield/test-environment/vitest-config'

export default testsOf()
