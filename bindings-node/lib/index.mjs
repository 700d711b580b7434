import twin from './index.js'

export const { Answer, Scenario, Snapshot, Twin, TwinError, change, inMemory, liveHandles, open } = twin
