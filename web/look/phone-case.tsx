import type { ComponentChildren, JSX } from 'preact'

/** The phone itself, without anything on it. */
export function Case({ time, children }: { readonly time: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class="phone">
      <div class="phone-bar" aria-hidden="true">
        <span>{time}</span>
        <span class="phone-island" />
        <svg viewBox="0 0 40 12" width="40" height="12">
          <path d="M1 9h2v2H1zM5 7h2v4H5zM9 4.5h2V11H9zM13 2h2v9h-2z" class="full" />
          <rect x="21" y="2" width="15" height="8" rx="2" class="line" />
          <path d="M23 4h9v4h-9zM37.5 4.5h1v3h-1z" class="full" />
        </svg>
      </div>
      {children}
    </div>
  )
}
