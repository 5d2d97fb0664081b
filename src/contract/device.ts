/** What the page at `/` is told by the server that sends it. */
export interface DeviceSettings {
  /** Null while `faults` says what keeps it from being used. */
  readonly firebase: DeviceFirebase | null
  /** Where no Firebase project is set, and browsers can be reached without: what they subscribe with. */
  readonly webPushKey: string | null
  readonly faults: readonly DeviceFault[]
  readonly registration: 'token' | 'fid'
  /** Pushes stay on the server's machine. */
  readonly captured: boolean
  /** The Firebase project that pushes go out through, where it is known. */
  readonly pushProject: string | null
  /** What a push to this page’s browsers names as its `project`; null: nothing, the usual one is theirs. */
  readonly callProject: string | null
  /** Where the outside reaches the server; without a trailing slash. */
  readonly publicUrl: string | null
}

/** Public values of a web app. Source: Firebase, “Add Firebase to your JavaScript project”. */
export interface DeviceFirebase {
  readonly apiKey: string
  readonly projectId: string
  readonly appId: string
  readonly messagingSenderId: string
  /** base64url of an uncompressed P-256 point. */
  readonly vapidKey: string
}

export interface DeviceFault {
  readonly variable: string
  /** `missing`: not set. The others are the end of a sentence that begins with the variable. */
  readonly problem: string
}
