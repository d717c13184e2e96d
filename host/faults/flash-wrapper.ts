// A flash that passes every call on: the base of the fault wrappers, which change only the calls that they are about.

import type { CutModel, Flash, FlashCounters, FlashGeometry } from "../peripherals/flash.js";

export abstract class FlashWrapper implements Flash {
  protected readonly inner: Flash;

  constructor(inner: Flash) {
    this.inner = inner;
  }

  get geometry(): FlashGeometry {
    return this.inner.geometry;
  }

  get counters(): FlashCounters {
    return this.inner.counters;
  }

  read(offset: number, target: Uint8Array): number {
    return this.inner.read(offset, target);
  }

  eraseStart(offset: number, bytes: number): number {
    return this.inner.eraseStart(offset, bytes);
  }

  programStart(offset: number, source: Uint8Array): number {
    return this.inner.programStart(offset, source);
  }

  poll(): number {
    return this.inner.poll();
  }

  protect(offset: number, bytes: number, on: boolean): number {
    return this.inner.protect(offset, bytes, on);
  }

  reset(): void {
    this.inner.reset();
  }

  powerOff(model?: CutModel): void {
    this.inner.powerOff(model);
  }

  powerOn(): void {
    this.inner.powerOn();
  }

  failOperation(model: CutModel): void {
    this.inner.failOperation(model);
  }

  contents(): Uint8Array {
    return this.inner.contents();
  }

  load(bytes: Uint8Array): void {
    this.inner.load(bytes);
  }
}
