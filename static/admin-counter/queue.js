"use strict";

// Scans that have no verdict yet, in the browser's database: each is written there before the
// network is tried, and leaves on its verdict only. All windows of this browser share it.
class ScanQueue {
  static async open() {
    const asked = indexedDB.open("roundtrip-counter", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("scans", { keyPath: "place_in_queue", autoIncrement: true });
    };
    return new ScanQueue(await ScanQueue.answer(asked));
  }

  static answer(request) {
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  constructor(database) { this.database = database; }

  // Done once it is on the disk.
  async write(change) {
    const work = this.database.transaction("scans", "readwrite", { durability: "strict" });
    change(work.objectStore("scans"));
    await new Promise((resolve, reject) => {
      work.oncomplete = resolve;
      work.onerror = work.onabort = () => reject(work.error);
    });
  }

  add(scan) { return this.write((scans) => scans.add(scan)); }

  change(scan) { return this.write((scans) => scans.put(scan)); }

  remove(scan) { return this.write((scans) => scans.delete(scan.place_in_queue)); }

  // In the order in which they were made.
  all() {
    const scans = this.database.transaction("scans").objectStore("scans");
    return ScanQueue.answer(scans.getAll());
  }
}

// Sends one person's scans, one after the other. `send` gives `{verdict}`, which ends a scan, or
// why there is none: `{hindrance: "away" | "signed_out" | "somebody_else", seconds, who}`.
class Uploader {
  constructor(queue, user, { send, onVerdict, onRemoved, onHindrance }) {
    Object.assign(this, { queue, user, send, onVerdict, onRemoved, onHindrance });
    this.hindrance = "";
    this.isCatchingUp = false;
    this.pause = 1;
    window.addEventListener("online", () => this.start());
    window.addEventListener("focus", () => this.start());
    document.addEventListener("visibilitychange", () => this.start());
  }

  // Called again while it runs, it runs once more afterwards: that is how no scan is overlooked.
  async start() {
    if (this.running) {
      this.isWanted = true;
      return;
    }
    this.running = true;
    clearTimeout(this.timer);
    try {
      do {
        this.isWanted = false;
        await this.alone(() => this.sendAll());
      } while (this.isWanted && !this.hindrance);
    } finally {
      this.running = false;
    }
  }

  // One window at a time. Where there are no locks, the scan_id keeps scans from counting twice.
  alone(work) {
    return navigator.locks ? navigator.locks.request("roundtrip-counter", work) : work();
  }

  async sendAll() {
    for (;;) {
      const scan = (await this.queue.all()).find((one) => one.made_by === this.user);
      if (!scan) { break; }
      const answer = await this.send(scan);
      if (answer.hindrance) {
        this.wait(answer);
        return;
      }
      this.pause = 1;
      this.hindrance = "";
      // Told before the disk is waited for. If that never comes, the repeat is told the same.
      this.onVerdict(scan, answer.verdict);
      await this.queue.remove(scan);
      this.onRemoved();
    }
    this.hindrance = "";
    this.isCatchingUp = false;
    this.onHindrance({ hindrance: "" });
  }

  wait(answer) {
    this.hindrance = answer.hindrance;
    this.isCatchingUp = true;
    this.timer = setTimeout(() => this.start(), 1000 * (answer.seconds || this.pause));
    this.pause = Math.min(2 * this.pause, 30);
    this.onHindrance(answer);
  }
}
