"use strict";

// A sound for each verdict, made on the spot: [Hertz, seconds] one after the other.
const SOUNDS = {
  recorded: [[880, 0.09]],
  undone: [[660, 0.07], [440, 0.09]],
  already: [[660, 0.07], [660, 0.07]],
  kept: [[523, 0.12]],
  late: [[392, 0.12], [392, 0.12]],
  refused: [[196, 0.4]],
};

class Sounds {
  // Nothing sounds before the first key or click: browsers do not let it.
  play(verdict) {
    const notes = SOUNDS[verdict];
    const mayPlay = navigator.userActivation?.hasBeenActive ?? true;
    if (!notes || this.isMuted || !mayPlay || !window.AudioContext) { return; }
    this.context ??= new AudioContext();
    this.context.resume();
    let at = this.context.currentTime;
    for (const [pitch, seconds] of notes) {
      const note = this.context.createOscillator();
      const volume = this.context.createGain();
      note.type = verdict === "refused" ? "square" : "sine";
      note.frequency.value = pitch;
      volume.gain.setValueAtTime(0.15, at);
      volume.gain.linearRampToValueAtTime(0, at + seconds);
      note.connect(volume).connect(this.context.destination);
      note.start(at);
      at += seconds;
      note.stop(at);
      at += 0.03;
    }
  }

  get isMuted() { return localStorage.getItem("counter.muted") === "yes"; }

  set isMuted(isMuted) { localStorage.setItem("counter.muted", isMuted ? "yes" : "no"); }
}
