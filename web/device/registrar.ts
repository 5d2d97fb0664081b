/** Where pushes to this browser are sent. */
export interface Address {
  readonly kind: 'token' | 'fid'
  readonly value: string
}

/** What a page or a worker is handed. */
export interface Payload {
  readonly notification?: { readonly title?: string; readonly body?: string; readonly image?: string }
  readonly data?: Readonly<Record<string, string>>
}

/** What gives this browser an address. */
export interface Registrar {
  /** Registers anew only what has changed or is a week old. Rejects with the browser's errors, and those of whoever gives the address. */
  register(worker: ServiceWorkerRegistration): Promise<Address>
}
