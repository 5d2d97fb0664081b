import { effect, signal, type Signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'

/** What a person chose for this browser. */
export interface Settings {
  readonly theme: Signal<Theme>
  /** Whether single keys do something (WCAG 2.1.4). */
  readonly keys: Signal<boolean>
}

/** Read from `storage`, and kept there; a browser that keeps nothing has the defaults each time. */
export function createSettings(storage: Storage | null, root: HTMLElement): Settings {
  const theme = signal(themeOf(read(storage, 'tidings.theme')))
  const keys = signal(read(storage, 'tidings.keys') !== 'off')
  effect(() => {
    if (theme.value === 'system') delete root.dataset['theme']
    else root.dataset['theme'] = theme.value
    write(storage, 'tidings.theme', theme.value)
  })
  effect(() => write(storage, 'tidings.keys', keys.value ? 'on' : 'off'))
  return { theme, keys }
}

function themeOf(text: string | null): Theme {
  return text === 'light' || text === 'dark' ? text : 'system'
}

function read(storage: Storage | null, key: string): string | null {
  try {
    return storage?.getItem(key) ?? null
  } catch {
    return null
  }
}

function write(storage: Storage | null, key: string, value: string): void {
  try {
    storage?.setItem(key, value)
  } catch {
    // Storage that is full or forbidden: the choice holds until the page is closed.
  }
}
