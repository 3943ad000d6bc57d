import { expect, test } from 'vitest'
import { oversized } from '../src/checks/check-sizes.ts'

const files = (folder: string, count: number, lines = 1) =>
  Array.from({ length: count }, (_, index) => ({ path: `${folder}/file-${index}.ts`, lines }))

test('files and folders up to the limits pass', () => {
  expect(oversized([...files('src', 20, 250), ...files('src/routes', 20)], 250, 20)).toEqual([])
})

test('a file above the limit is reported with its lines', () => {
  expect(oversized(files('src', 1, 251), 250, 20)).toEqual(['src/file-0.ts has 251 lines; 250 is the limit'])
})

test('a folder above the limit is reported; its subfolders count for themselves', () => {
  expect(oversized([...files('src', 21), ...files('src/routes', 5)], 250, 20)).toEqual([
    'src has 21 files; 20 is the limit',
  ])
})

test('folders of tests may have any number of files', () => {
  expect(oversized(files('test', 80), 400)).toEqual([])
})
