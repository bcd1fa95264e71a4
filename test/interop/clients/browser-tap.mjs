/** An audio worklet that lets all sound through and tells what it was: the last station before a loudspeaker. */
const worklet = /** @type {any} */ (globalThis);

/** Of 128 samples each: 43 ms at 24 kHz. */
const quantaInMessage = 8;

worklet.registerProcessor(
  'tap',
  class extends worklet.AudioWorkletProcessor {
    /** @type {Float32Array[]} */
    #sounding = [];

    /**
     * @param {Float32Array[][]} inputs
     * @param {Float32Array[][]} outputs
     */
    process([input], [output]) {
      const [sound] = input ?? [];
      if (sound !== undefined) for (const channel of output ?? []) channel.set(sound);
      const isSilent = sound === undefined || sound.every((sample) => sample === 0);
      if (!isSilent) this.#sounding.push(sound.slice());
      if (this.#sounding.length >= (isSilent ? 1 : quantaInMessage))
        /** @type {any} */ (this).port.postMessage(this.#sounding.splice(0));
      return true;
    }
  },
);
