/** A directory's id names how many people it has, so that whoever sees the id needs no table. */
export const directoryOf = (size: number) => `00000000-0000-4000-8000-${String(size).padStart(12, '0')}`
export const sizeOf = (directoryId: string) => Number(directoryId.slice(-12))
