import type { OptOutConfig } from '../../settings/opt-out-values.ts'
import { consentGroups, DEFAULT_SENDER_GROUP, type ConsentGroup } from '../../domain/consent.ts'
import { countryOf } from '../../domain/country.ts'
import type { SmsProviderSettings } from '../../settings/provider-settings.ts'
import type { RoutesFile } from '../../settings/routes-file.ts'
import { createSenders } from './senders.ts'

export interface ConsentConfig {
  readonly sms: readonly SmsProviderSettings[]
  readonly routes: Pick<RoutesFile, 'rules' | 'senderGroups'> | null
  readonly optOuts: Pick<OptOutConfig, 'coversCodes'>
}

/** The group that a sender's opt-outs belong to. */
export function senderGroups(routes: Pick<RoutesFile, 'senderGroups'> | null): (sender: string | null) => string {
  return (sender) => (sender === null ? undefined : routes?.senderGroups.get(sender)) ?? DEFAULT_SENDER_GROUP
}

/** Whose opt-outs hold for a message, by what it goes out with: also where its provider has a sender of its own. */
export function consentGroupOf({ sms, routes, optOuts }: ConsentConfig): ConsentGroup {
  const { coversCodes } = optOuts
  if (routes === null || routes.senderGroups.size === 0)
    return consentGroups({ senderGroupOf: senderGroups(null), senderOf: () => null, coversCodes })
  const senders = createSenders(routes.rules)
  const usual = new Map(sms.map((provider) => [provider.name, usualSenderOf(provider)]))
  return consentGroups({
    senderGroupOf: senderGroups(routes),
    senderOf: (message) => {
      const named =
        message.sender === null ? null : senders.senderAt(message.provider, message, countryOf(message.contact))
      return named ?? usual.get(message.provider) ?? null
    },
    coversCodes,
  })
}

/** Null: it has several, or its own choice. */
function usualSenderOf(provider: SmsProviderSettings): string | null {
  switch (provider.type) {
    case 'twilio':
      return provider.settings.sender.kind === 'from' ? provider.settings.sender.from : null
    case 'vonage':
      return provider.settings.from
    case 'smpp':
    case 'http':
      return provider.settings.sender
  }
}
