/** How hostile a run is: probabilities from 0 to 1 of each fault, for each time that it could happen. */
export interface Profile {
  /** A call of Cloud Storage fails before it has had an effect. */
  readonly storageFails: number;
  /** A write has its effect, and the answer is lost: half of the time the client's own retry then finds a 412. */
  readonly storageAnswerLost: number;
  /** A call hangs until its caller gives up. */
  readonly storageHangs: number;
  /** A call takes up to 300 ms, so that others come in between. */
  readonly storageTakesTime: number;
  /** Changes of an object are refused for five seconds: see there, also without chance, when it changed within a second. */
  readonly storageBusy: number;
  /** A process dies, before or after a call. */
  readonly crash: number;
  /** A process freezes for up to three minutes, and goes on. */
  readonly freeze: number;
  /** Creating a task fails, half of the time after it was created. */
  readonly createFails: number;
  /** Publishing an outcome fails, half of the time after it was published. */
  readonly publishFails: number;
  /** A task or a push is delivered a second time, up to two minutes later; an upload is told of twice. */
  readonly duplicate: number;
  /** A delivery, or the word of an upload, is up to a minute late. */
  readonly late: number;
  /** The target's answer is lost on its way to Cloud Tasks. */
  readonly answerLost: number;
  /** A conversion fails. */
  readonly conversionFails: number;
  /** A conversion takes longer than it may. */
  readonly conversionSlow: number;
  /** An extraction fails, one time in five for good. */
  readonly extractionFails: number;
  /** An extraction takes longer than it may. */
  readonly extractionSlow: number;
  /** Seconds that the clocks of processes differ from the world's, at most. */
  readonly skewSeconds: number;
  /**
   * Each of: the queue is paused for a while, nothing can be published for a while, all instances are replaced, a task is deleted by hand, a document is cancelled,
   * replayed or deleted.
   */
  readonly disturbance: number;
}

/** Nothing goes wrong. */
export const CALM: Profile = {
  storageTakesTime: 0,
  storageFails: 0,
  storageAnswerLost: 0,
  storageHangs: 0,
  storageBusy: 0,
  crash: 0,
  freeze: 0,
  createFails: 0,
  publishFails: 0,
  duplicate: 0,
  late: 0,
  answerLost: 0,
  conversionFails: 0,
  conversionSlow: 0,
  extractionFails: 0,
  extractionSlow: 0,
  skewSeconds: 0,
  disturbance: 0,
};

/** Deliveries misbehave, everything else works: nobody may ever work beside another. */
const duplicates: Profile = {
  ...CALM,
  storageTakesTime: 0.3,
  createFails: 0.05,
  publishFails: 0.1,
  duplicate: 0.5,
  late: 0.3,
  answerLost: 0.2,
  conversionFails: 0.2,
  conversionSlow: 0.1,
  extractionFails: 0.2,
  extractionSlow: 0.1,
};

const crashes: Profile = { ...duplicates, crash: 0.02, freeze: 0.01, duplicate: 0.1, disturbance: 0.3 };

const storage: Profile = {
  ...duplicates,
  storageFails: 0.08,
  storageAnswerLost: 0.05,
  storageHangs: 0.01,
  storageBusy: 0.03,
  duplicate: 0.1,
};

const everything: Profile = {
  ...storage,
  crash: 0.01,
  freeze: 0.01,
  duplicate: 0.2,
  skewSeconds: 20,
  disturbance: 0.5,
};

export const PROFILES = { duplicates, crashes, storage, everything } as const;
