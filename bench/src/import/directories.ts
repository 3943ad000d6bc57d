/** The directory id contains the number of users, so that no table of directories is needed. */
export const directoryOf = (size: number) => `00000000-0000-4000-8000-${String(size).padStart(12, '0')}`
export const sizeOf = (directoryId: string) => Number(directoryId.slice(-12))
