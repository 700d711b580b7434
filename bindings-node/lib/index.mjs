import twin from './index.js'

export const { Answer, Resolution, Scenario, Snapshot, Twin, TwinError, change, inMemory, liveHandles, open, resolve, solve, tradeOff } = twin
