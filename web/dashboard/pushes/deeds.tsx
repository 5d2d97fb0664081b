import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { Outcome, useAct } from '../act.tsx'
import { usePage } from '../page.ts'
import type { Push, Turn } from './client.ts'
import { usePushesClient } from './use-client.ts'
import { Question } from './question.tsx'
import { Resend } from './resend.tsx'
import { isForgotten, isWaiting, turnsOf } from './words.ts'

type Deed = Turn | 'resend'

interface DeedsProps {
  readonly push: Push
  readonly onChange: (push: Push) => void
  /** It may stand elsewhere than is shown. */
  readonly onLook: () => void
}

/** What a person does with one push; each is asked about in its place, once more. */
export function Deeds({ push, onChange, onLook }: DeedsProps): JSX.Element {
  const client = usePushesClient()
  const act = useAct()
  const { asked, setAsked, row } = useAsked()
  const deeds = deedsOf(push)
  const keep = (): void => setAsked(null)
  const turn = (deed: Turn): void =>
    act.run(deed, async () => {
      try {
        onChange(await client.turn(push.notification_id, deed))
        return WORDS[deed].done
      } catch (error) {
        onLook()
        throw error
      } finally {
        setAsked(null)
      }
    })
  return (
    <section class="deeds" aria-label="What can be done">
      <div class="buttons" ref={row} tabIndex={-1}>
        {asked === null &&
          deeds.map((deed) => (
            <button
              key={deed}
              type="button"
              data-deed={deed}
              class={deed === 'cancel' ? 'button danger' : 'button'}
              disabled={act.busy !== null}
              onClick={() => setAsked(deed)}
            >
              {WORDS[deed].name}…
            </button>
          ))}
      </div>
      {asked === 'resend' && <Resend push={push} act={act} onKeep={keep} />}
      {asked !== null && asked !== 'resend' && (
        <Turning push={push} turn={asked} isBusy={act.busy !== null} onTurn={turn} onKeep={keep} />
      )}
      <Outcome act={act} />
    </section>
  )
}

/** What is asked about; the focus comes back to the button that began it. */
function useAsked() {
  const [asked, setAsked] = useState<Deed | null>(null)
  const row = useRef<HTMLDivElement>(null)
  const before = useRef<Deed | null>(null)
  useLayoutEffect(() => {
    if (asked === null && before.current !== null) {
      const button = row.current?.querySelector<HTMLElement>(`[data-deed="${before.current}"]:enabled`)
      ;(button ?? row.current)?.focus()
    }
    before.current = asked
  }, [asked])
  return { asked, setAsked, row }
}

function deedsOf(push: Push): readonly Deed[] {
  return isWaiting(push) || isForgotten(push) ? turnsOf(push) : [...turnsOf(push), 'resend']
}

interface TurningProps {
  readonly push: Push
  readonly turn: Turn
  readonly isBusy: boolean
  readonly onTurn: (turn: Turn) => void
  readonly onKeep: () => void
}

function Turning({ push, turn, isBusy, onTurn, onKeep }: TurningProps): JSX.Element {
  const { origin } = usePage()
  const { name, question } = WORDS[turn]
  return (
    <Question
      question={question}
      name={name}
      isDanger={turn === 'cancel'}
      isReady={!isBusy}
      line={`curl -X POST ${origin}/notifications/${push.notification_id}/${turn}`}
      onYes={() => onTurn(turn)}
      onKeep={onKeep}
    />
  )
}

const WORDS: Readonly<Record<Deed, { readonly name: string; readonly question: string; readonly done: string }>> = {
  pause: {
    name: 'Pause',
    question: 'Stop it for now? What has left can’t be taken back; its time runs on.',
    done: 'It is paused. Nothing more of it leaves.',
  },
  resume: {
    name: 'Go on',
    question: 'Go on where it was? What waits leaves as soon as its hour has come.',
    done: 'It goes on.',
  },
  cancel: {
    name: 'Cancel',
    question: 'Call it off? What has not left never will.',
    done: 'It was cancelled, as far as it had not left.',
  },
  resend: { name: 'Send again', question: '', done: '' },
}
