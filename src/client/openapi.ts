// Made from the OpenAPI document by `npm run docs`.
/* oxlint-disable max-lines -- it is as long as the interface */
export interface paths {
  '/audit': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * What was done to the service itself, newest first
     * @description Keys, templates, pauses, erased people, sign-ins, and what was deleted of the inbox. Entries are added and never changed.
     */
    get: operations['listAudit']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/audit/export': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * What was done to the service itself, as a file
     * @description Newest first, as of the moment of the call; it streams, and is not held in memory. In CSV every cell stands in quotes, and a text that begins with `=`, `+`, `-`, `@`, a tab or a line end has an apostrophe before it, numbers included, so that no spreadsheet runs it. A connection that ends without the last chunk means that the export is not whole.
     */
    get: operations['exportAudit']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/clients': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * The people that SMS were sent to
     * @description The people that SMS were sent to, newest first. A page may be shorter than `limit` although `next` leads on.
     */
    get: operations['listClients']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/clients/{contact}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Everything that was sent to one person
     * @description Everything that was sent to one person, newest first. A page may be shorter than `limit` although `next` leads on.
     */
    get: operations['readClient']
    put?: never
    post?: never
    /**
     * Erases a person
     * @description The number, the texts, what providers call them, and what was kept for repeated calls, what the person sent to you, the addresses of the person’s devices: everywhere. An opt-out holds on, by a hash of the number. How many messages there were and how they ended stays. What waits is cancelled; what is with a provider at this moment is emptied when it has ended. `dry_run=true` counts, and changes nothing. It cannot be undone.
     */
    delete: operations['eraseClient']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/clients/export': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * All people of a search, as a file
     * @description Newest first, as of the moment of the call; it streams, and is not held in memory. In CSV every cell stands in quotes, and a text that begins with `=`, `+`, `-`, `@`, a tab or a line end has an apostrophe before it, numbers included, so that no spreadsheet runs it. A connection that ends without the last chunk means that the export is not whole.
     */
    get: operations['exportClients']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/errors': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Every error code */
    get: operations['listErrors']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/errors/{code}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * What an error code means
     * @description With `.txt` after the code: as plain text, for a terminal.
     */
    get: operations['readError']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/events': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * What happens, as it happens
     * @description Server-sent events: each `message` is an event, `{"type", "timestamp", "data"}`; `ready`: what was missed has been told, from here on it comes as it happens; `closing`: the server ends the stream, with a `reason`; where a key lost its right, it ends without. After a break `Last-Event-ID` goes on where it ended: nothing is left out, and nothing told twice. A place from which events would be missing is refused with 410.
     */
    get: operations['followEvents']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/evidence/{ticket}/{evidence}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * A device’s word on a push
     * @description Called by apps and service workers: `data.tidings` of a push is the URL up to the ticket. No key is needed, and no body. Told twice, it counts once.
     */
    post: operations['reportEvidence']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/inbound': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** What people sent to you, newest first */
    get: operations['listInbound']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/inbox': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Messages that were captured, newest first
     * @description What the sandbox took instead of a provider, SMS and push. While a channel is live, what was captured before.
     */
    get: operations['listInbox']
    put?: never
    post?: never
    /**
     * Deletes captured messages
     * @description All of them, or those with this tag, to this recipient. Nothing that was sent for real, and nothing that is still on its way. A token’s are those to it alone.
     */
    delete: operations['emptyInbox']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/inbox/{id}/play': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Has a captured SMS play a life
     * @description Its statuses then move as a provider’s receipts would move them, as a new attempt. It can be played again once it has come to its end. A push has no further life.
     */
    post: operations['playLife']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/inbox/events': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * What happens in the inbox, as it happens
     * @description Server-sent events: `ready` (from here on nothing is left out: read the list now), `message` (a new one), `updated` (it moved on), both with an `InboxItem`; `deleted` with `{"tag", "to"}`; `reset`: more happened than is told one by one, read the inbox again. The same may come twice: go by the item’s `id`. After a break `Last-Event-ID` goes on where it ended.
     */
    get: operations['followInbox']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/inbox/threads': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Recipients of captured messages, latest first
     * @description A page may hold fewer than `limit` although `next` leads on.
     */
    get: operations['listInboxThreads']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/inbox/wait': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * The newest captured message that matches, as soon as there is one
     * @description For tests: no sleep, no polling. Answers at once with what is there already since `since`, else as soon as a message was captured, on whichever node. With `extract=code` only a message that carries a one-time code will do, and `code` is that code.
     */
    get: operations['waitForMessage']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/keys': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * API keys, in the order they were made
     * @description Revoked and expired ones, too. What makes them keys is in no answer.
     */
    get: operations['listKeys']
    put?: never
    /**
     * Makes an API key
     * @description The answer holds the key itself, this once. Whoever comes without a key makes test keys alone.
     */
    post: operations['createKey']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/keys/{key}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** One API key, without its secret */
    get: operations['readKey']
    put?: never
    post?: never
    /**
     * Ends a key for good
     * @description It opens nothing any more, on this node at once, on every other within 5 seconds.
     */
    delete: operations['revokeKey']
    options?: never
    head?: never
    /**
     * Changes what a key may do
     * @description Fields that are left out stay as they are. Works on every node within 5 seconds.
     */
    patch: operations['changeKey']
    trace?: never
  }
  '/keys/{key}/rotate': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Gives a key another secret
     * @description Id, scopes and limits stay. The secret so far opens for `overlap_seconds` more; one before it no longer does.
     */
    post: operations['rotateKey']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/livez': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Whether the process runs */
    get: operations['isAlive']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/metrics': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * What this node counts
     * @description For Prometheus, in its text format, or in OpenMetrics where the Accept header asks for it; docs/metrics.md explains each metric. Figures of the queue are the whole database’s, and up to 5 seconds old.
     */
    get: operations['readMetrics']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/notifications': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * The notifications that were sent
     * @description The notifications that were sent, newest first. A page may be shorter than `limit` although `next` leads on.
     */
    get: operations['listNotifications']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/notifications/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** What became of a notification */
    get: operations['readNotification']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/notifications/{id}/cancel': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Take a notification back as far as it has not left
     * @description Targets that were not handed over by now never are; `counts` says how many were. It may take a moment until each target shows it. May be repeated.
     */
    post: operations['cancelNotification']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/notifications/{id}/deliveries': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * What became of each target
     * @description In an order of their own, which stays. A page looks at 20,000 targets at most: with `status` it may have fewer than `limit`, or none, and a `next` nevertheless.
     */
    get: operations['listDeliveries']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/notifications/{id}/deliveries/export': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * What became of each target of a notification, as a file
     * @description In the order of the list; it streams, and is not held in memory. In CSV every cell stands in quotes, and a text that begins with `=`, `+`, `-`, `@`, a tab or a line end has an apostrophe before it, numbers included, so that no spreadsheet runs it. A connection that ends without the last chunk means that the export is not whole.
     */
    get: operations['exportDeliveries']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/notifications/{id}/pause': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Stop a notification for now
     * @description Within a second no node hands any more of it over, what is in flight ends. Its `ttl` runs. It can be cancelled while it is paused. May be repeated.
     */
    post: operations['pauseNotification']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/notifications/{id}/resend': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Send a notification once more
     * @description A new notification with the same words, to all targets of the first one or to some of them.
     */
    post: operations['resendNotification']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/notifications/{id}/resume': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Go on with a notification
     * @description What waited and is still valid goes out. A pause of its provider or category stays. May be repeated.
     */
    post: operations['resumeNotification']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/notifications/devices': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Notify the devices of people, or of a kind
     * @description Goes to the registered devices that are what `to` says, all of it, when it is accepted. Each gets it once, by the address it has then. Answers as `POST /notifications/tokens`.
     */
    post: operations['pushToDevices']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/notifications/export': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * All notifications of a search, as a file
     * @description Newest first, as of the moment of the call; it streams, and is not held in memory. In CSV every cell stands in quotes, and a text that begins with `=`, `+`, `-`, `@`, a tab or a line end has an apostrophe before it, numbers included, so that no spreadsheet runs it. A connection that ends without the last chunk means that the export is not whole.
     */
    get: operations['exportNotifications']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/notifications/tokens': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Notify devices
     * @description Answers when the notification and its targets are committed to disk. In JSON up to 100,000 targets; as NDJSON up to 5,000,000: the first line is an object with everything but the targets, each other line one of them: `"token"`, `{"token": "…"}` or `{"fid": "…"}`. Nothing is sent before the last line has come, and one bad line refuses the whole.
     */
    post: operations['pushToTokens']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/notifications/topic': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Notify everyone who follows a topic
     * @description Answers when the notification is committed to disk. `condition` in place of `topic` puts up to five topics together, with `&&`, `||`, `!` and parentheses. `fan_out` sends to each device that this service subscribed.
     */
    post: operations['pushToTopic']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/opt-outs': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Who wants no more messages, newest first */
    get: operations['listOptOuts']
    put?: never
    /**
     * Enters somebody who wants no more messages
     * @description From this answer on nothing is submitted to this number, on any node; one-time codes are, unless set otherwise. May be repeated.
     */
    post: operations['addOptOut']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/opt-outs/{contact}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    post?: never
    /**
     * Ends an opt-out
     * @description Only with the person’s consent, which this does not ask for. What was suppressed meanwhile is not sent.
     */
    delete: operations['removeOptOut']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/pause': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Stop sending: everything, a provider or a category
     * @description Within a second no node submits any more of it. Messages are accepted as ever, and wait; what is in flight ends. May be repeated.
     */
    post: operations['pauseSending']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/pauses': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** What is paused */
    get: operations['listPauses']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/readyz': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Whether calls should be led here
     * @description With `verbose`: everything that is looked at, with what is wrong, why, and how to mend it, as `tidings doctor` tells it. It answers 200 then, and asks for a key with the scope `admin` where keys are asked for.
     */
    get: operations['isReady']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/resume': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Go on sending
     * @description Ends the pauses within what is named; `{}` ends all. What waited and is still valid goes out.
     */
    post: operations['resumeSending']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/routes': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Where SMS go, and how each provider does
     * @description The routes of the routes file, and for each provider what is not well, how many of the last messages were given to it, and for how many of its messages a receipt came. Each node answers what it has seen itself.
     */
    get: operations['readRoutes']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/smss': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * The SMS that were sent
     * @description The SMS that were sent, newest first. A page may be shorter than `limit` although `next` leads on.
     */
    get: operations['listSms']
    put?: never
    /**
     * Send an SMS
     * @description Answers when the message is committed to disk. What the provider makes of it is read at `/smss/{id}`.
     */
    post: operations['sendSms']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/smss/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** What became of an SMS */
    get: operations['readSms']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/smss/{id}/cancel': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Take an SMS back that has not left
     * @description From the answer on nobody submits it. One that may have been sent already stays `uncertain` and is not repeated. May be repeated.
     */
    post: operations['cancelSms']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/smss/{id}/converted': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Tell that somebody typed in the code of an SMS
     * @description Codes that nobody types in are asked for by machines: where hardly any of a range come back there is an alarm, if any are told at all. May be repeated; the first time counts.
     */
    post: operations['markSmsConverted']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/smss/{id}/resend': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Send an SMS once more
     * @description A new message with the same words. The first one stays as it is.
     */
    post: operations['resendSms']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/smss/batch': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Send many SMS
     * @description In JSON up to 10,000 items, stored with one commit: all of them, or with `partial` those that are good. As NDJSON without an end: the first line is an object with what all have in common, each other line one item (`SmsBatchItem`, up to 64 KiB); each is answered with a line (`SmsBatchAnswerItem`) after its commit, in order, and the last line has the counts: `{"done": true, "accepted": 2, "rejected": 0}`. Read while you send.
     */
    post: operations['sendSmsBatch']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/smss/export': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * All SMS of a search, as a file
     * @description Newest first, as of the moment of the call; it streams, and is not held in memory. In CSV every cell stands in quotes, and a text that begins with `=`, `+`, `-`, `@`, a tab or a line end has an apostrophe before it, numbers included, so that no spreadsheet runs it. A connection that ends without the last chunk means that the export is not whole.
     */
    get: operations['exportSms']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/templates': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * All templates
     * @description By name, with the newest version of each.
     */
    get: operations['listTemplates']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/templates/{name}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A template */
    get: operations['readTemplate']
    /**
     * Make a template, or a new version of it
     * @description The same content again changes nothing. Versions never change, and their numbers are never given out twice. Nodes send with a new version within two seconds. A name stays with its channel.
     */
    put: operations['putTemplate']
    post?: never
    /**
     * Delete a template
     * @description With all its versions. Messages that were made of it keep their words.
     */
    delete: operations['deleteTemplate']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/templates/{name}/preview': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * The message that a template makes
     * @description With the samples where no variables are given. Also tells what each locale needs at most.
     */
    post: operations['previewTemplate']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/templates/{name}/versions': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * The versions of a template
     * @description Newest first.
     */
    get: operations['listTemplateVersions']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/tokens': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * The devices: tokens and installation ids that were registered, or that pushes were sent to
     * @description The devices: tokens and installation ids that were registered, or that pushes were sent to, newest first. A page may be shorter than `limit` although `next` leads on.
     */
    get: operations['listTokens']
    /**
     * Registers many devices
     * @description In JSON up to 10,000, stored with one commit: all of them, or with `partial` those that are good. As NDJSON without an end: the first line is an object with what all have in common, each other line one device (`DeviceItem`); each is answered with a line (`DeviceAnswerItem`) after its commit, in order, and the last line has the counts: `{"done": true, "accepted": 2, "rejected": 0}`. Read while you send. May be repeated.
     */
    put: operations['putTokens']
    post?: never
    /**
     * Takes many devices away
     * @description Up to 1,000, with one commit. Those that are not there are passed over.
     */
    delete: operations['deleteTokens']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/tokens/{token}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A device by its token or installation id */
    get: operations['readToken']
    /**
     * Registers a device
     * @description Whose it is, what it runs, and that it was seen. Call it at each start of your app, and when its token changes: what is said replaces what was, and one that was retired is sent to again. May be repeated.
     */
    put: operations['putToken']
    post?: never
    /**
     * Takes a device away
     * @description Nothing is sent to it any more, by whichever of its addresses, until it is registered again; what was told of it is forgotten. What was sent to it stays in history.
     */
    delete: operations['deleteToken']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/tokens/{token}/restore': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Undoes a retirement
     * @description Within 30 days; the device is sent to again. Should its push service still not know it, it is retired again.
     */
    post: operations['restoreToken']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/tokens/export': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * All tokens and installation ids of a search, as a file
     * @description Newest first, as of the moment of the call; it streams, and is not held in memory. In CSV every cell stands in quotes, and a text that begins with `=`, `+`, `-`, `@`, a tab or a line end has an apostrophe before it, numbers included, so that no spreadsheet runs it. A connection that ends without the last chunk means that the export is not whole.
     */
    get: operations['exportTokens']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/tokens/restore': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Undoes all retirements since a time
     * @description For a wave of them that was a mistake: wrong credentials, a bad deploy. At most 30 days back.
     */
    post: operations['restoreTokens']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/topics': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Topics, and how many devices this service subscribed to each
     * @description A lower bound: apps subscribe by themselves, and FCM tells nobody who follows a topic.
     */
    get: operations['listTopics']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/topics/{topic}/subscriptions': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Devices that this service subscribed to a topic */
    get: operations['listTopicSubscriptions']
    put?: never
    /**
     * Subscribes devices to a topic
     * @description Answers when it is committed to disk; from then on it is carried out, whatever happens, and the last wish holds. In JSON up to 10,000 addresses, stored with one commit, or `to`, a filter. As NDJSON without an end: the first line is `{}`, each other line a device: `"token"`, `{"token": "…"}` or `{"fid": "…"}`; only those that fail are answered with a line, and the last line has the counts. May be repeated.
     */
    post: operations['subscribeToTopic']
    /**
     * Unsubscribes devices from a topic
     * @description As `POST`, the other way round, also for devices that subscribed by themselves. In JSON up to 10,000 addresses, stored with one commit, or `to`, a filter. As NDJSON without an end: the first line is `{}`, each other line a device: `"token"`, `{"token": "…"}` or `{"fid": "…"}`; only those that fail are answered with a line, and the last line has the counts. May be repeated.
     */
    delete: operations['unsubscribeFromTopic']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/webhooks': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Who is told of events, in the order they were made */
    get: operations['listWebhooks']
    put?: never
    /**
     * Has events sent to an address
     * @description The answer holds the secret that its calls are signed with (Standard Webhooks), this once. From this answer on no event of its types is missed; each comes at least once.
     */
    post: operations['createWebhook']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/webhooks/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** One webhook, without its secret */
    get: operations['readWebhook']
    put?: never
    post?: never
    /** Removes a webhook, and what was to be sent there */
    delete: operations['deleteWebhook']
    options?: never
    head?: never
    /**
     * Changes a webhook, or enables it again
     * @description Fields that are left out stay as they are. While it is disabled nothing is handed out to it; what was waiting goes on once it is enabled, and `POST /webhooks/{id}/replay` brings the rest.
     */
    patch: operations['changeWebhook']
    trace?: never
  }
  '/webhooks/{id}/deliveries': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Events on their way to a webhook, newest first */
    get: operations['listWebhookDeliveries']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/webhooks/{id}/replay': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Delivers everything since a time again
     * @description Also what was never handed out to this webhook, as far as it was written down: an event is, while somebody listens for its type. Each has the `webhook-id` it had before.
     */
    post: operations['replayWebhook']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/webhooks/{id}/secret': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Gives a webhook another secret
     * @description For `overlap_seconds` each call bears two signatures, one by the secret so far.
     */
    post: operations['rotateWebhookSecret']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/webhooks/{id}/test': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Sends a test event now, and says what came back
     * @description Once, within 15 seconds, also to a webhook that is disabled.
     */
    post: operations['testWebhook']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/webhooks/deliveries/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** One delivery, with every try */
    get: operations['readWebhookDelivery']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/webhooks/deliveries/{id}/replay': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Delivers an event again
     * @description With the same `webhook-id`, from the first try on.
     */
    post: operations['replayWebhookDelivery']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/webpush/key': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The key that browsers subscribe with */
    get: operations['readWebPushKey']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/webpush/subscriptions': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Registers a browser
     * @description Takes what the browser gave to your page, and answers with the device: its `token`, `webpush:…`, is an address as a registration token is. The same endpoint is the same token. Call it each time that your page has a subscription; may be repeated. Endpoint and keys are kept sealed, and never shown.
     */
    post: operations['putWebSubscription']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
}
export interface components {
  schemas: {
    /** @description FCM’s `AndroidConfig`. */
    AndroidConfig: {
      bandwidth_constrained_ok?: boolean
      /** @description Of several that wait for a device the last one alone is delivered. */
      collapse_key?: string
      data?: {
        [key: string]: string
      }
      /** @description May be delivered before the device was unlocked. */
      direct_boot_ok?: boolean
      fcm_options?: components['schemas']['FcmOptions']
      notification?: components['schemas']['AndroidNotification']
      /** @enum {string} */
      priority?: 'normal' | 'high' | 'NORMAL' | 'HIGH'
      /** @description Only the app with this package name gets it. */
      restricted_package_name?: string
      restricted_satellite_ok?: boolean
      /** @description How long FCM keeps it: `3600s`. */
      ttl?: string
    }
    /** @description FCM’s `AndroidConfigV2`, in place of `android`. */
    AndroidConfigV2: {
      /** @description Nothing is shown; it has no hurry. */
      background_sync?: Record<string, never>
      bandwidth_constrained_ok?: boolean
      /** @description Of several that wait for a device the last one alone is delivered. */
      collapse_key?: string
      data?: {
        [key: string]: string
      }
      /** @description May be delivered before the device was unlocked. */
      direct_boot_ok?: boolean
      fcm_options?: components['schemas']['FcmOptions']
      remote_notification?: components['schemas']['AndroidRemoteNotification']
      /** @description Only the app with this package name gets it. */
      restricted_package_name?: string
      restricted_satellite_ok?: boolean
      /** @description How long FCM keeps it: `3600s`. */
      ttl?: string
    }
    /** @description What Android shows. */
    AndroidNotification: {
      /** @description In place of the common one. */
      body?: string
      body_loc_args?: string[]
      body_loc_key?: string
      /** @description Deprecated by Google: `proxy`. */
      bypass_proxy_notification?: boolean
      /** @description A channel that the app has made. */
      channel_id?: string
      /** @description The activity that a click opens. */
      click_action?: string
      /** @description #rrggbb */
      color?: string
      default_light_settings?: boolean
      default_sound?: boolean
      default_vibrate_timings?: boolean
      /** @description RFC 3339. */
      event_time?: string
      /** @description A drawable of the app. */
      icon?: string
      /** @description An address: https://… */
      image?: string
      light_settings?: components['schemas']['LightSettings']
      /** @description Not to be shown on a watch. */
      local_only?: boolean
      notification_count?: number
      /** @enum {string} */
      notification_priority?:
        'PRIORITY_UNSPECIFIED' | 'PRIORITY_MIN' | 'PRIORITY_LOW' | 'PRIORITY_DEFAULT' | 'PRIORITY_HIGH' | 'PRIORITY_MAX'
      /** @enum {string} */
      proxy?: 'PROXY_UNSPECIFIED' | 'ALLOW' | 'DENY' | 'IF_PRIORITY_LOWERED'
      /** @description `default`, or a file in the app’s /res/raw/. */
      sound?: string
      /** @description It stays when it is clicked. */
      sticky?: boolean
      /** @description A later notification with this tag takes the place of this one. */
      tag?: string
      ticker?: string
      /** @description In place of the common one. */
      title?: string
      title_loc_args?: string[]
      title_loc_key?: string
      vibrate_timings?: string[]
      /** @enum {string} */
      visibility?: 'VISIBILITY_UNSPECIFIED' | 'PRIVATE' | 'PUBLIC' | 'SECRET'
    }
    /** @description What Android shows. */
    AndroidNotificationV2: {
      /** @description In place of the common one. */
      body?: string
      body_loc_args?: string[]
      body_loc_key?: string
      /** @description A channel that the app has made. */
      channel_id?: string
      /** @description The activity that a click opens. */
      click_action?: string
      /** @description #rrggbb */
      color?: string
      default_light_settings?: boolean
      default_sound?: boolean
      default_vibrate_timings?: boolean
      /** @description RFC 3339. */
      event_time?: string
      /** @description A drawable of the app. */
      icon?: string
      /** @description With `tag` it says which one this replaces. */
      id?: number
      /** @description An address: https://… */
      image?: string
      light_settings?: components['schemas']['LightSettings']
      /** @description Not to be shown on a watch. */
      local_only?: boolean
      notification_count?: number
      /** @enum {string} */
      notification_priority?:
        'PRIORITY_UNSPECIFIED' | 'PRIORITY_MIN' | 'PRIORITY_LOW' | 'PRIORITY_DEFAULT' | 'PRIORITY_HIGH' | 'PRIORITY_MAX'
      /** @description `default`, or a file in the app’s /res/raw/. */
      sound?: string
      /** @description It stays when it is clicked. */
      sticky?: boolean
      /** @description A later notification with this tag takes the place of this one. */
      tag?: string
      ticker?: string
      /** @description In place of the common one. */
      title?: string
      title_loc_args?: string[]
      title_loc_key?: string
      vibrate_timings?: string[]
      /** @enum {string} */
      visibility?: 'VISIBILITY_UNSPECIFIED' | 'PRIVATE' | 'PUBLIC' | 'SECRET'
    }
    /** @description FCM’s `AndroidRemoteNotification`. */
    AndroidRemoteNotification: {
      /** @description The app may change it when it has arrived. */
      mutable_content?: boolean
      notification?: components['schemas']['AndroidNotificationV2']
      /** @description To apps that know only the older type it comes as data. */
      use_as_v1_data_message?: boolean
    }
    /** @description FCM’s `ApnsConfig`. */
    ApnsConfig: {
      fcm_options?: components['schemas']['ApnsFcmOptions']
      /** @description Apple’s request headers: `apns-priority` … */
      headers?: {
        [key: string]: string
      }
      /** @description Of the Live Activity that it is for. */
      live_activity_token?: string
      /** @description Apple’s payload: `aps`, and values of your own beside it. */
      payload?: {
        aps?: components['schemas']['Aps']
      } & {
        [key: string]: unknown
      }
    }
    /** @description FCM’s `ApnsFcmOptions`. */
    ApnsFcmOptions: {
      /** @description 1 to 50 letters, digits and - _ . ~ %. */
      analytics_label?: string
      /** @description An address: https://… */
      image?: string
    }
    /** @description Apple’s own dictionary. Apple passes over what it does not know there. */
    Aps: {
      alert?:
        | string
        | {
            'action-loc-key'?: string
            /** @description Words, or in a Live Activity `loc-key` and `loc-args`. */
            body?:
              | string
              | {
                  'loc-args'?: string[]
                  'loc-key'?: string
                }
            'launch-image'?: string
            'loc-args'?: string[]
            'loc-key'?: string
            /** @description Of a Live Activity’s alert. */
            sound?: string
            subtitle?: string
            'subtitle-loc-args'?: string[]
            'subtitle-loc-key'?: string
            /** @description Words, or in a Live Activity `loc-key` and `loc-args`. */
            title?:
              | string
              | {
                  'loc-args'?: string[]
                  'loc-key'?: string
                }
            'title-loc-args'?: string[]
            'title-loc-key'?: string
          }
      attributes?: {
        [key: string]: unknown
      }
      'attributes-type'?: string
      /** @description The number at the app’s icon; 0 takes it away. */
      badge?: number
      /** @description Which buttons the app has for it. */
      category?: string
      /** @enum {integer} */
      'content-available'?: 0 | 1
      /** @description Of widgets. */
      'content-changed'?: boolean
      'content-state'?: {
        [key: string]: unknown
      }
      'dismissal-date'?: number
      /** @enum {string} */
      event?: 'start' | 'update' | 'end'
      'filter-criteria'?: string
      'input-push-channel'?: string
      /** @enum {integer} */
      'input-push-token'?: 1
      /** @enum {string} */
      'interruption-level'?: 'passive' | 'active' | 'time-sensitive' | 'critical'
      /** @enum {integer} */
      'mutable-content'?: 0 | 1
      'relevance-score'?: number
      sound?:
        | string
        | {
            /** @enum {integer} */
            critical?: 0 | 1
            name: string
            volume?: number
          }
      'stale-date'?: number
      'target-content-id'?: string
      /** @description Those of one thread are shown together. */
      'thread-id'?: string
      timestamp?: number
    }
    Attempt: {
      /** Format: date-time */
      finished_at: string | null
      number: number
      /** @description What became of each part of a long message; only where the provider takes them one by one. */
      parts?: {
        number: number
        provider_message_id: string | null
        reason: string | null
        /**
         * @description What is known about it. `uncertain`: it may have been sent.
         * @enum {string}
         */
        status:
          | 'captured'
          | 'scheduled'
          | 'queued'
          | 'sending'
          | 'sent'
          | 'delivered'
          | 'received'
          | 'opened'
          | 'uncertain'
          | 'undelivered'
          | 'failed'
          | 'rejected'
          | 'expired'
          | 'suppressed'
          | 'cancelled'
        total: number
      }[]
      /** @description What the routes say that it costs; only where it was taken, or may have been, and they tell it. */
      price?: {
        /** @example 0.031 */
        amount: number
        /**
         * @description ISO 4217.
         * @example EUR
         */
        currency: string
      }
      provider: string
      provider_message_id: string | null
      /** @description As the provider wrote it; only where that differs from the form its receipts have. */
      raw_message_id?: string
      reason: string | null
      /** Format: date-time */
      started_at: string | null
      /**
       * @description What is known about it. `uncertain`: it may have been sent.
       * @enum {string}
       */
      status:
        | 'captured'
        | 'scheduled'
        | 'queued'
        | 'sending'
        | 'sent'
        | 'delivered'
        | 'received'
        | 'opened'
        | 'uncertain'
        | 'undelivered'
        | 'failed'
        | 'rejected'
        | 'expired'
        | 'suppressed'
        | 'cancelled'
    }
    AuditEntry: {
      /** @description `key.created` */
      act: string
      /** @description From where it was done; null: from a command line. */
      address: string | null
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      at: string
      /** @description `key:` and a key’s id, `anyone`, or `command line`. */
      caller: string
      details: {
        [key: string]: unknown
      }
      id: number
      /** @description What it was done to. */
      what: string
    }
    AuditList: {
      data: components['schemas']['AuditEntry'][]
      /** @description `cursor` of the next page. */
      next: string | null
      /** @enum {boolean} */
      success: true
    }
    Check: {
      /** @description A stable word: `database`, `provider.twilio`. */
      check: string
      /** @description What to do, in this order. */
      fix: string[]
      /** @description Where the documentation says more. */
      more: string | null
      /**
       * @description `warn`: it works, and somebody should know.
       * @enum {string}
       */
      state: 'ok' | 'warn' | 'fail'
      /** @description In a sentence. */
      what: string
      /** @description Why it matters; null where all is well. */
      why: string | null
    }
    Checks: {
      checks: components['schemas']['Check'][]
      /** @description Whether the same call without `verbose` answers 200. */
      ready: boolean
      /** @enum {boolean} */
      success: true
    }
    /** @description A person, as far as is known: a number. */
    Client: {
      client_id: number
      /** @description The number; `erased:` and the id for a person who was erased. */
      contact: string
      /** @description ISO 3166-1 alpha-2; null for a number of no single one. */
      country: string | null
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      created_at: string
      /** Format: date-time */
      erased_at: string | null
      /** Format: date-time */
      last_message_at: string | null
      /** @description How many SMS there are; 1,000 stands for that many or more. */
      messages: number
    }
    ClientErased: {
      /** @description False: something is with a provider, and emptied within a minute of its end. */
      complete: boolean
      data: {
        attempts: number
        /** @description Among them: had not been sent, and never will be. */
        cancelled: number
        client_id: number
        idempotency_keys: number
        /** @description SMS that are with a provider at this moment. */
        in_flight: number
        /** @description Texts that the person sent to you. */
        inbound: number
        /** @description SMS whose content went. */
        messages: number
        parked_receipts: number
        /** @description SMS of others that went to this number by `REDIRECT_TO`. */
        redirected: number
        /** @description Addresses of the devices that were registered as this person’s. */
        tokens: number
      }
      /** @description True: nothing was changed; these would be. */
      dry_run: boolean
      /** @enum {boolean} */
      success: true
    }
    ClientHistory: {
      client: components['schemas']['Client']
      /** @description Everything sent to this person, newest first. */
      data: components['schemas']['Sms'][]
      /** @description Why nothing reaches the number, as far as providers say; empty for most. */
      flags: {
        /** @description Who said so last. */
        provider: string
        /**
         * @description What providers say of it, as in the `reason` of a message.
         * @enum {unknown}
         */
        reason: 'blocked' | 'unknown_number' | 'not_mobile' | 'landline'
        /**
         * Format: date-time
         * @description RFC 3339, UTC.
         */
        since: string
      }[]
      /** @description The `cursor` of the next page; null on the last. */
      next: string | null
      /**
       * Format: date-time
       * @description How far back this page has looked; null on the last. A page may be short, or empty, although `next` leads on: what few messages match is looked for in steps.
       */
      searched_until: string | null
      /** @enum {boolean} */
      success: true
    }
    ClientList: {
      data: components['schemas']['Client'][]
      /** @description The `cursor` of the next page; null on the last. */
      next: string | null
      /**
       * Format: date-time
       * @description How far back this page has looked; null on the last. A page may be short, or empty, although `next` leads on: what few messages match is looked for in steps.
       */
      searched_until: string | null
      /** @enum {boolean} */
      success: true
    }
    /** @description Google’s `google.type.Color`; each part is 0 to 1. */
    Color: {
      alpha?: number
      blue?: number
      green?: number
      red?: number
    }
    Converted: {
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      converted_at: string
      message_id: number
      /** @enum {boolean} */
      success: true
    }
    Delivery: {
      /** @enum {string} */
      kind: 'token' | 'fid'
      /** @description Of the words it has, where there are several; see `wordings` of the notification. */
      locale: string | null
      /**
       * Format: date-time
       * @description When it first reported that it was opened.
       */
      opened_at: string | null
      provider_message_id: string | null
      reason: string | null
      /**
       * Format: date-time
       * @description When the device first reported that it got it.
       */
      received_at: string | null
      /**
       * @description What is known about it. `uncertain`: it may have been sent.
       * @enum {string}
       */
      status:
        | 'captured'
        | 'scheduled'
        | 'queued'
        | 'sending'
        | 'sent'
        | 'delivered'
        | 'received'
        | 'opened'
        | 'uncertain'
        | 'undelivered'
        | 'failed'
        | 'rejected'
        | 'expired'
        | 'suppressed'
        | 'cancelled'
      /** @description The token, or the installation id. */
      token: string
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      updated_at: string
    }
    DeliveryList: {
      data: components['schemas']['Delivery'][]
      /** @description The `cursor` of the next page; null on the last. */
      next: string | null
      /** @enum {boolean} */
      success: true
    }
    DeviceAnswerItem:
      | {
          /** @description Its place in the call, from 0. */
          index: number
          /** @enum {boolean} */
          success: true
          token_id: number
        }
      | {
          error: components['schemas']['ItemError']
          /** @description Its place in the call, from 0. */
          index: number
          /** @enum {boolean} */
          success: false
        }
    /** @description Registered devices: all that is said here must hold of one. */
    DeviceFilter: {
      /** @description Those with these apps. */
      apps?: string[]
      /**
       * @description All devices of this person.
       * @example +201009129288
       */
      client?: string
      /** @description All devices of these people. */
      clients?: string[]
      /** @description Those in these languages; `en` stands for `en-GB`, too. */
      locales?: string[]
      /** @description Those of these platforms. */
      platforms?: ('android' | 'ios' | 'web')[]
      /** @description Those that were registered within so many days. */
      seen_within_days?: number
      /** @description Those in these time zones. */
      time_zones?: string[]
    }
    DeviceItem: {
      /**
       * @description Your name for the app.
       * @example com.example.shop
       */
      app?: string
      /**
       * @description Whose it is: a number, with its country code.
       * @example +201009129288
       */
      client?: string
      /** @description The installation id of a device whose address is a token. Both are one device from then on: it never gets a push twice. */
      fid?: string
      /**
       * @description What its address is: a registration token, or a Firebase installation id.
       * @enum {string}
       */
      kind?: 'token' | 'fid'
      /**
       * Format: date-time
       * @description When it was seen, for what is moved in; else now.
       */
      last_seen_at?: string
      /**
       * @description A language tag (BCP 47).
       * @example en
       * @example pt-BR
       */
      locale?: string
      /** @enum {string} */
      platform?: 'android' | 'ios' | 'web'
      /**
       * @description Where it is, as IANA names it.
       * @example Africa/Cairo
       * @example Europe/Berlin
       */
      time_zone?: string
      /** @description The registration token, with `apns:` before Apple’s own device tokens, or with `"kind": "fid"` the installation id. */
      token: string
    }
    /** @description All that is known of the device: what is left out is forgotten. */
    DeviceRequest: {
      /**
       * @description Your name for the app.
       * @example com.example.shop
       */
      app?: string
      /**
       * @description Whose it is: a number, with its country code.
       * @example +201009129288
       */
      client?: string
      /** @description The installation id of a device whose address is a token. Both are one device from then on: it never gets a push twice. */
      fid?: string
      /**
       * @description What its address is: a registration token, or a Firebase installation id.
       * @enum {string}
       */
      kind?: 'token' | 'fid'
      /**
       * Format: date-time
       * @description When it was seen, for what is moved in; else now.
       */
      last_seen_at?: string
      /**
       * @description A language tag (BCP 47).
       * @example en
       * @example pt-BR
       */
      locale?: string
      /** @enum {string} */
      platform?: 'android' | 'ios' | 'web'
      /**
       * @description Where it is, as IANA names it.
       * @example Africa/Cairo
       * @example Europe/Berlin
       */
      time_zone?: string
    }
    DevicesAnswer: {
      accepted: number
      /** @description One for each item, in order. */
      data: components['schemas']['DeviceAnswerItem'][]
      /** @description Only with `partial`. */
      rejected: number
      /** @enum {boolean} */
      success: true
    }
    DevicesPush: {
      /** @description Buttons, in a browser. */
      actions?: {
        /** @description Your word for it. */
        action: string
        icon?: string
        title: string
      }[]
      android?: components['schemas']['AndroidConfig']
      android_v2?: components['schemas']['AndroidConfigV2']
      apns?: components['schemas']['ApnsConfig']
      /** @description The number at the app’s icon, on Apple devices and Android; 0 takes it away on Apple’s. */
      badge?: number
      body?: string
      /**
       * @description Decides its priority, its default `ttl` and what happens when it may have been sent.
       * @enum {string}
       */
      category?: 'otp' | 'transactional' | 'marketing'
      /** @description Of several that wait for a device the last one alone is delivered. */
      collapse_key?: string
      /** @description Your own values, texts all of them. */
      data?: {
        [key: string]: string
      }
      /** @description Nothing is shown: the app gets `data`. Then there are no `title` and `body`. */
      data_only?: boolean
      /** @description Answer what would be sent, where to and how, and store nothing. No Idempotency-Key is used up. */
      dry_run?: boolean
      /** @description Ask each device to report that it got it and that it was opened, at the URL in `data.tidings`. Unless given, `PUSH_EVIDENCE` decides, and what a `fallback` needs. */
      evidence?: boolean
      fallback?: components['schemas']['Fallback']
      fcm_options?: components['schemas']['FcmOptions']
      /** @description URL of a picture. */
      image?: string
      /** @description Opened on a click, in a browser. */
      link?: string
      /** @description `send_at` is a time of the recipient’s own clock, like `2030-01-31T18:00`: it leaves when it is that late there. */
      local?: boolean
      /**
       * @description `high` wakes a sleeping device; `normal` may wait until it is awake.
       * @enum {string}
       */
      priority?: 'high' | 'normal'
      /** @description The Firebase project, by its name in `FCM_PROJECTS_FILE`; `fcm`: that of the variables. For a topic, and for devices whose app is no project’s. */
      project?: string
      /**
       * @description The earliest time it may leave, at most 366 days away; `ttl` counts from there. RFC 3339; without an offset where `local` is true.
       * @example 2030-01-31T18:00:00Z
       */
      send_at?: string
      /** @description `default`, or a file in the app; not in a browser. */
      sound?: string
      /** @description A word of yours, to find it by. */
      tag?: string
      template?: components['schemas']['TemplateUse']
      title?: string
      to: components['schemas']['DeviceFilter']
      /** @description Seconds. 0: now or never. */
      ttl?: number
      /** @description With `dry_run`: FCM is asked whether it would take this for the first target. Nothing is delivered. */
      validate_only?: boolean
      webpush?: components['schemas']['WebpushConfig']
    }
    /** @description At most 10,000 devices. Every other field holds for each one that does not have it itself. */
    DevicesRequest: {
      /**
       * @description Your name for the app.
       * @example com.example.shop
       */
      app?: string
      /**
       * @description Whose it is: a number, with its country code.
       * @example +201009129288
       */
      client?: string
      items: components['schemas']['DeviceItem'][]
      /**
       * @description What its address is: a registration token, or a Firebase installation id.
       * @enum {string}
       */
      kind?: 'token' | 'fid'
      /**
       * Format: date-time
       * @description When it was seen, for what is moved in; else now.
       */
      last_seen_at?: string
      /**
       * @description A language tag (BCP 47).
       * @example en
       * @example pt-BR
       */
      locale?: string
      /** @description Store the items that are good. Else one fault refuses them all. */
      partial?: boolean
      /** @enum {string} */
      platform?: 'android' | 'ios' | 'web'
      /**
       * @description Where it is, as IANA names it.
       * @example Africa/Cairo
       * @example Europe/Berlin
       */
      time_zone?: string
    }
    Done: {
      /** @enum {boolean} */
      success: true
    }
    /** @description A call that failed. */
    Error: {
      /** @description A stable word for it; `docs` explains it. */
      code: string
      /** @description Every fault that was found. */
      details?: {
        message: string
        /** @description Where in the request: `data.count`, `tokens[3]`. */
        path: string
        /** @description What to write instead. */
        suggestion?: string
      }[]
      /** @description Path of the page about this code, on this service. */
      docs: string
      /** @description The HTTP status, again. */
      error: number
      /** @description What is wrong, in words. */
      message: string
      /** @description The same as in the Request-Id header and in the log. */
      request_id: string
      /** @enum {boolean} */
      success: false
    }
    ErrorPage: {
      /** @description Whether something was sent or paid for. */
      charged: string
      code: string
      /** @description What to do about it. */
      fix: string
      /** @description Whether the same call can succeed later. */
      retry: string
      status: number
      /** @description What happened. */
      what: string
      /** @description Why it happens. */
      why: string
    }
    ErrorPageAnswer: {
      data: components['schemas']['ErrorPage']
      /** @enum {boolean} */
      success: true
    }
    ErrorPageList: {
      data: components['schemas']['ErrorPage'][]
      /** @enum {boolean} */
      success: true
    }
    /** @description An SMS that goes out where no device has confirmed the push in time, or as soon as all have failed. It is checked as `POST /smss` would check it, and needs the scope `sms:send`. */
    Fallback: {
      /** @description Seconds to wait for that, from when the push is accepted or is to leave. 60 unless given. */
      after?: number
      sms: {
        /**
         * @description Decides its priority, its default `ttl` and what happens when it may have been sent.
         * @enum {string}
         */
        category?: 'otp' | 'transactional' | 'marketing'
        /**
         * @description Whom it is for; unless given, the one person of `to.client`.
         * @example +201009129288
         */
        contact?: string
        max_price?: number
        max_segments?: number
        /** @description The text. */
        message?: string
        plain?: boolean
        sender?: string
        /** @description The title of the push unless given. */
        subject?: string
        /** @description That of the push unless given. */
        tag?: string
        template?: components['schemas']['TemplateUse']
        /** @description Seconds. */
        ttl?: number
      }
      /**
       * @description What keeps the SMS from going out, of one device at least. `received` unless given.
       * @enum {string}
       */
      unless?: 'sent' | 'received' | 'opened'
    }
    /** @description The SMS that stands in for it, if one was asked for. */
    FallbackState: {
      /** @description Seconds to wait for that, from when the push is accepted or is to leave. 60 unless given. */
      after: number
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      deadline_at: string
      /** Format: date-time */
      done_at: string | null
      message_id: number | null
      /** @description `unconfirmed`, or `all_failed`; why there is no SMS. */
      reason: string | null
      /**
       * @description `went_out`: `message_id` is the SMS. `refused`: by a rule of then, which `reason` names.
       * @enum {string}
       */
      state: 'waiting' | 'confirmed' | 'went_out' | 'cancelled' | 'refused'
      /**
       * @description What keeps the SMS from going out, of one device at least. `received` unless given.
       * @enum {string}
       */
      unless: 'sent' | 'received' | 'opened'
    }
    /** @description FCM’s `FcmOptions`. */
    FcmOptions: {
      /** @description 1 to 50 letters, digits and - _ . ~ %. */
      analytics_label?: string
    }
    /** @description A text that somebody sent to you. */
    Inbound: {
      /**
       * @description What it was read as, if it is a keyword and nothing else.
       * @enum {string|null}
       */
      action: 'stop' | 'start' | 'help' | null
      /** @description Who sent it: a number, or a short code or name as it came. */
      contact: string
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      created_at: string
      inbound_id: number
      /** @description The text; empty once it was forgotten. */
      message: string
      /** @description Those that did not come within a day: `…` stands there. */
      missing_segments: number
      provider: string
      provider_message_id: string | null
      /** @description The SMS that answered it by itself. */
      reply_message_id: number | null
      /** @description It sounds like a STOP, and is none by the letter: look at it. */
      review: boolean
      segments: number
      /**
       * Format: date-time
       * @description As the provider says; null: it does not.
       */
      sent_at: string | null
      /** @description The number of yours. */
      sent_to: string
    }
    InboundList: {
      data: components['schemas']['Inbound'][]
      /** @description The `cursor` of the next page; null on the last. */
      next: string | null
      /** @enum {boolean} */
      success: true
    }
    InboxDeleted: {
      deleted: number
      /** @enum {boolean} */
      success: true
    }
    /** @description A message that was captured. */
    InboxItem: {
      /** @description Of an SMS. */
      attempts: {
        /** Format: date-time */
        finished_at: string | null
        number: number
        reason: string | null
        /** Format: date-time */
        started_at: string | null
        /**
         * @description What is known about it. `uncertain`: it may have been sent.
         * @enum {string}
         */
        status:
          | 'captured'
          | 'scheduled'
          | 'queued'
          | 'sending'
          | 'sent'
          | 'delivered'
          | 'received'
          | 'opened'
          | 'uncertain'
          | 'undelivered'
          | 'failed'
          | 'rejected'
          | 'expired'
          | 'suppressed'
          | 'cancelled'
      }[]
      /** @description The text that a phone would get. */
      body: string
      /**
       * @description Decides its priority, its default `ttl` and what happens when it may have been sent.
       * @enum {string}
       */
      category: 'otp' | 'transactional' | 'marketing'
      /** @enum {string} */
      channel: 'sms' | 'push'
      /** @description The one-time code in the text: its digits, 0 to 9, without what stands between them. */
      code: string | null
      /** @description Where `body` has it, in UTF-16 code units. */
      code_at: {
        index: number
        length: number
      } | null
      /** @description Of a push: how many targets have which status. */
      counts: {
        [key: string]: number
      } | null
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      created_at: string
      /** @description Of a push: the app’s own values. */
      data: {
        [key: string]: string
      } | null
      /** @enum {unknown} */
      encoding: 'gsm7' | 'ucs2' | null
      /** @description The first character outside the GSM alphabet: it alone makes the SMS `ucs2`. */
      guilty: {
        character: string
        index: number
      } | null
      /** @description Stays the same; `sms_12`, `push_7`. */
      id: string
      image: string | null
      message_id?: number
      notification_id?: number
      reason: string | null
      /** @description Of an SMS. */
      segments: number | null
      /**
       * @description What is known about it. `uncertain`: it may have been sent.
       * @enum {string}
       */
      status:
        | 'captured'
        | 'scheduled'
        | 'queued'
        | 'sending'
        | 'sent'
        | 'delivered'
        | 'received'
        | 'opened'
        | 'uncertain'
        | 'undelivered'
        | 'failed'
        | 'rejected'
        | 'expired'
        | 'suppressed'
        | 'cancelled'
      tag: string | null
      targets: number
      /** @description The subject of an SMS, the title of a push. */
      title: string
      /** @description The number, or the one token or installation id; null for a topic and for several targets. */
      to: string | null
      topic: string | null
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      updated_at: string
    }
    InboxItemAnswer: {
      data: components['schemas']['InboxItem']
      /** @enum {boolean} */
      success: true
    }
    InboxList: {
      data: components['schemas']['InboxItem'][]
      /** @description The `cursor` of the next page; null on the last. */
      next: string | null
      /** @enum {boolean} */
      success: true
    }
    InboxPlay: {
      /**
       * @description `delivered`: confirmed after a second · `late`: after eight, and again after nine · `phone_off`, `blocked`: undelivered after a second · `refused`: the provider does not take it · `uncertain`: the provider’s answer is lost.
       * @enum {string}
       */
      life: 'delivered' | 'late' | 'phone_off' | 'blocked' | 'refused' | 'uncertain'
    }
    InboxThread: {
      /** @enum {string} */
      channel: 'sms' | 'push'
      /** @description How many messages there are; 1,000 stands for that many or more. */
      count: number
      /** @description What to give `to` to read it all: the contact, the token, `topic:name` or `several`. */
      key: string
      last: components['schemas']['InboxItem']
      /** @description Of the latest message. */
      targets: number
      /** @description The number, or the one token or installation id; null for a topic and for several targets. */
      to: string | null
      topic: string | null
    }
    InboxThreadList: {
      data: components['schemas']['InboxThread'][]
      /** @description The `cursor` of the next page; null on the last. */
      next: string | null
      /** @enum {boolean} */
      success: true
    }
    InboxWaited: {
      /** @description With `extract=code`. */
      code?: string
      data: components['schemas']['InboxItem']
      /** @enum {boolean} */
      success: true
    }
    ItemError: {
      /** @description A stable word for it; `docs` explains it. */
      code: string
      details?: {
        message: string
        path: string
        suggestion?: string
      }[]
      /** @description Path of the page about this code, on this service. */
      docs: string
      /** @description What is wrong, in words. */
      message: string
      /** @description Seconds after which the same can succeed. */
      retry_after?: number
    }
    Key: {
      /** @description From where it may be used: addresses and blocks. Null: from anywhere. */
      cidrs: string[] | null
      /** @description The countries it may text (ISO 3166-1 alpha-2); null: all. */
      countries: string[] | null
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      created_at: string
      /**
       * Format: date-time
       * @description RFC 3339. From then on it opens nothing; null: never.
       */
      expires_at: string | null
      id: string
      /**
       * Format: date-time
       * @description To the minute.
       */
      last_used_at: string | null
      /**
       * @description `test`: whatever it sends is captured, also beside a live provider.
       * @enum {string}
       */
      mode: 'live' | 'test'
      /** @description For people: what uses it. */
      name: string
      /**
       * Format: date-time
       * @description Until then the secret before that one opens, too.
       */
      old_secret_until: string | null
      /** @description How it begins; what may be shown of it. */
      prefix: string
      /**
       * Format: date-time
       * @description From then on it opens nothing.
       */
      revoked_at: string | null
      /**
       * Format: date-time
       * @description When it was given another secret.
       */
      rotated_at: string | null
      scopes: (
        'sms:send' | 'push:send' | 'messages:read' | 'tokens:write' | 'webhooks:write' | 'metrics:read' | 'admin'
      )[]
      /** @description What its SMS may cost a day (UTC), in the currency of the routes; null: no limit. */
      spend_limit: number | null
      /** @description The topics it may notify; a `*` at the end stands for any ending. Null: all. */
      topics: string[] | null
    }
    KeyAnswer: {
      data: components['schemas']['Key']
      /** @enum {boolean} */
      success: true
    }
    KeyChange: {
      /** @description From where it may be used: addresses and blocks. Null: from anywhere. */
      cidrs?: string[] | null
      /** @description The countries it may text (ISO 3166-1 alpha-2); null: all. */
      countries?: string[] | null
      /**
       * Format: date-time
       * @description RFC 3339. From then on it opens nothing; null: never.
       */
      expires_at?: string | null
      /** @description For people: what uses it. */
      name?: string
      scopes?: (
        'sms:send' | 'push:send' | 'messages:read' | 'tokens:write' | 'webhooks:write' | 'metrics:read' | 'admin'
      )[]
      /** @description What its SMS may cost a day (UTC), in the currency of the routes; null: no limit. */
      spend_limit?: number | null
      /** @description The topics it may notify; a `*` at the end stands for any ending. Null: all. */
      topics?: string[] | null
    }
    KeyList: {
      data: components['schemas']['Key'][]
      /** @description `cursor` of the next page. */
      next: string | null
      /** @enum {boolean} */
      success: true
    }
    KeyMade: {
      data: components['schemas']['Key']
      /** @description The key itself. It is stored nowhere and never shown again. */
      key: string
      /** @enum {boolean} */
      success: true
    }
    KeyRequest: {
      /** @description From where it may be used: addresses and blocks. Null: from anywhere. */
      cidrs?: string[] | null
      /** @description The countries it may text (ISO 3166-1 alpha-2); null: all. */
      countries?: string[] | null
      /**
       * Format: date-time
       * @description RFC 3339. From then on it opens nothing; null: never.
       */
      expires_at?: string | null
      /**
       * @description `test`: whatever it sends is captured, also beside a live provider.
       * @enum {string}
       */
      mode?: 'live' | 'test'
      /** @description For people: what uses it. */
      name: string
      scopes: (
        'sms:send' | 'push:send' | 'messages:read' | 'tokens:write' | 'webhooks:write' | 'metrics:read' | 'admin'
      )[]
      /** @description What its SMS may cost a day (UTC), in the currency of the routes; null: no limit. */
      spend_limit?: number | null
      /** @description The topics it may notify; a `*` at the end stands for any ending. Null: all. */
      topics?: string[] | null
    }
    KeyRotation: {
      /**
       * @description How long the secret so far still opens.
       * @default 86400
       */
      overlap_seconds?: number
    }
    /** @description How the LED blinks. */
    LightSettings: {
      color: components['schemas']['Color']
      /** @description A duration: `3.5s`. */
      light_off_duration: string
      /** @description A duration: `3.5s`. */
      light_on_duration: string
    }
    Notification: {
      body: string
      /**
       * @description Decides its priority, its default `ttl` and what happens when it may have been sent.
       * @enum {string}
       */
      category: 'otp' | 'transactional' | 'marketing'
      /** @description Who it is for, where that is more than one topic. */
      condition: string | null
      /** @description What else the caller gave: `data`, `image`, `link`, `android` … */
      content: {
        [key: string]: unknown
      }
      /** @description How many targets have which status. */
      counts: {
        [key: string]: number
      }
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      created_at: string
      fallback?: components['schemas']['FallbackState']
      notification_id: number
      /**
       * Format: date-time
       * @description Since when it is paused by itself.
       */
      paused_at: string | null
      /** @description Of several, the main one. */
      provider: string
      /** @description `partial`: the targets ended differently, see `counts`. `paused`: what waits stays for now. */
      reason: string | null
      /** @description The notification whose content was sent again as this one. */
      resent_from: number | null
      /**
       * Format: date-time
       * @description The earliest time it may leave, if its caller named one.
       */
      send_at: string | null
      /**
       * @description What is known about it. `uncertain`: it may have been sent.
       * @enum {string}
       */
      status:
        | 'captured'
        | 'scheduled'
        | 'queued'
        | 'sending'
        | 'sent'
        | 'delivered'
        | 'received'
        | 'opened'
        | 'uncertain'
        | 'undelivered'
        | 'failed'
        | 'rejected'
        | 'expired'
        | 'suppressed'
        | 'cancelled'
      tag: string | null
      targets: number
      /** @description What it was made from: `name@version/locale`. */
      template: string | null
      title: string
      topic: string | null
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      updated_at: string
      /** @description What became of it, and of an SMS that stands in for it, in a sentence or two that can be passed on. */
      verdict: string
      /** @description What of it waits for a time. */
      waits: components['schemas']['PushWait'][]
      /** @description The providers that its targets go by; those that were left out at once are in none. */
      ways: {
        provider: string
        targets: number
      }[]
      /** @description Its words in the languages of its devices, where they have several; `title` and `body` are those of the template’s default then. */
      wordings: components['schemas']['Wording'][]
    }
    NotificationAccepted: {
      /** @description How many targets have which status. */
      counts?: {
        [key: string]: number
      }
      notification_id: number
      /**
       * Format: date-time
       * @description It waits until then: it is marketing, and these are the quiet hours of its recipient.
       */
      quiet_hours_until?: string
      /** @description Only with `Prefer: wait`. */
      reason?: string | null
      /**
       * @description What is known about it. `uncertain`: it may have been sent.
       * @enum {string}
       */
      status:
        | 'captured'
        | 'scheduled'
        | 'queued'
        | 'sending'
        | 'sent'
        | 'delivered'
        | 'received'
        | 'opened'
        | 'uncertain'
        | 'undelivered'
        | 'failed'
        | 'rejected'
        | 'expired'
        | 'suppressed'
        | 'cancelled'
      /** @enum {boolean} */
      success: true
      /** @description How many different ones there are. */
      targets: number
      warnings?: string[]
    }
    NotificationAnswer: {
      data: components['schemas']['Notification']
      /** @enum {boolean} */
      success: true
    }
    NotificationList: {
      data: components['schemas']['Notification'][]
      /** @description The `cursor` of the next page; null on the last. */
      next: string | null
      /**
       * Format: date-time
       * @description How far back this page has looked; null on the last. A page may be short, or empty, although `next` leads on: what few messages match is looked for in steps.
       */
      searched_until: string | null
      /** @enum {boolean} */
      success: true
    }
    /** @description `{}` sends it to all its targets. */
    NotificationResend: {
      /** @description Answer what would be sent, where to and how, and store nothing. No Idempotency-Key is used up. */
      dry_run?: boolean
      /** @description Only to targets with one of these statuses. */
      only?: (
        | 'captured'
        | 'scheduled'
        | 'queued'
        | 'sending'
        | 'sent'
        | 'delivered'
        | 'received'
        | 'opened'
        | 'uncertain'
        | 'undelivered'
        | 'failed'
        | 'rejected'
        | 'expired'
        | 'suppressed'
        | 'cancelled'
      )[]
    }
    /** @description Somebody who wants no more messages of these senders. */
    OptOut: {
      /** @description Null: the person was erased; it still gets nothing. */
      contact: string | null
      /** @description The word that was read as a STOP. */
      keyword: string | null
      sender_group: string
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      since: string
      /**
       * @description `inbound`: the person wrote a STOP. `api`: somebody entered it. `provider`: a provider refused a message for it.
       * @enum {string}
       */
      source: 'inbound' | 'api' | 'provider'
    }
    OptOutAnswer: {
      data: components['schemas']['OptOut']
      /** @enum {boolean} */
      success: true
    }
    OptOutList: {
      data: components['schemas']['OptOut'][]
      /** @description The `cursor` of the next page; null on the last. */
      next: string | null
      /** @enum {boolean} */
      success: true
    }
    OptOutRemoved: {
      /** @description Of how many groups. */
      removed: number
      /** @enum {boolean} */
      success: true
    }
    /** @description Without `sender_group`: of `default`. */
    OptOutRequest: {
      /**
       * @description Phone number, `[+country_code][number]`.
       * @example +201009129288
       */
      contact: string
      /**
       * @description Senders that are one to those who get their messages; `default` holds all that are in no other group.
       * @example default
       */
      sender_group?: string
    }
    Pause: {
      /** @description Null: all of them. */
      category: string | null
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      paused_at: string
      /** @description `key:` and the key’s id, or `anyone` while no key is asked for. */
      paused_by: string
      /** @description Null: all of them. */
      provider: string | null
      reason: string | null
    }
    PauseList: {
      data: components['schemas']['Pause'][]
      /** @enum {boolean} */
      success: true
    }
    /** @description `{}` pauses everything. */
    PauseRequest: {
      /**
       * @description Decides its priority, its default `ttl` and what happens when it may have been sent.
       * @enum {string}
       */
      category?: 'otp' | 'transactional' | 'marketing'
      /**
       * @description Only what goes through this one.
       * @example twilio
       */
      provider?: string
      /** @description For those who wonder. */
      reason?: string
    }
    PushDryRun: {
      data: components['schemas']['PushDryRunData']
      /** @enum {boolean} */
      dry_run: true
      /** @enum {boolean} */
      success: true
    }
    PushDryRunData: {
      /** @description The JSON that Apple would get, where an `apns:` address is among the targets; `tidings_id` is 0 here. */
      apns?: {
        [key: string]: unknown
      }
      /** @description Keys and values, as FCM counts them. */
      bytes: number
      /**
       * @description Decides its priority, its default `ttl` and what happens when it may have been sent.
       * @enum {string}
       */
      category: 'otp' | 'transactional' | 'marketing'
      condition: string | null
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      expires_at: string
      fallback?: components['schemas']['SmsDryRunData']
      /** @description The body of FCM’s `messages:send` for the first target that FCM has; `tidings_id` is 0 here. Where it has none, what that would be for the first target. */
      fcm: {
        [key: string]: unknown
      }
      /** @description What FCM takes. */
      most_bytes: number
      route: {
        provider: string
        /** @description Why this one, in words. */
        reason: string
      }
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      send_at: string
      /** @description Of a topic or a condition alone: devices that this service subscribed, counted up to 100,000. A lower bound: apps subscribe by themselves, too. */
      subscribers?: number
      targets: {
        /** @description Seen in an earlier call. */
        known: number
        new: number
        /** @description Known, and dead: they would be left out. */
        suppressed: number
        /** @description Different ones. */
        total: number
      }
      /** @description What its words were made from: `name@version/locale`. */
      template: string | null
      topic: string | null
      /** @description What FCM said; only with `validate_only`. */
      validation?: {
        /** @description FCM’s own word, with the field at fault. */
        code: string | null
        /** @description Why it was refused, as `reason` of a delivery. */
        reason: string | null
        /**
         * @description `unanswered`: FCM gave no answer. `not_asked`: it would be captured, and not reach FCM.
         * @enum {string}
         */
        result: 'accepted' | 'refused' | 'unanswered' | 'not_asked'
      }
      /** @description What would keep it from leaving at once. */
      waits: {
        /** @description In words. */
        message: string
        /** @enum {string} */
        reason: 'scheduled' | 'quiet_hours' | 'paused' | 'rate_limited'
        /** @description How long; null: nobody knows. */
        seconds: number | null
      }[]
      warnings: string[]
      /** @description The providers it would go by, each target by one of them. */
      ways: {
        provider: string
        /** @description Those of them that are dead are left out. */
        targets: number
      }[]
      /** @description The JSON that a browser would get, where a `webpush:` address is among the targets; `tidings_id` is 0 here. */
      webpush?: {
        [key: string]: unknown
      }
      /** @description Its words in the languages of its devices, where they have several. */
      wordings: components['schemas']['WordingDryRun'][]
    }
    PushWait: {
      /** @enum {string} */
      reason: 'scheduled' | 'quiet_hours'
      /** @description How many of its targets wait until then. */
      targets: number
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      until: string
    }
    Ready: {
      checks: {
        detail: string
        name: string
        ok: boolean
      }[]
      /** @enum {boolean} */
      success: true
      warnings: {
        detail: string
        /** @description What to do about it. */
        fix: string | null
        name: string
      }[]
    }
    Resumed: {
      /** @description Those that still hold. */
      data: components['schemas']['Pause'][]
      /** @description How many pauses that was. */
      ended: number
      /** @enum {boolean} */
      success: true
    }
    /** @description `{}` ends every pause. */
    ResumeRequest: {
      /**
       * @description Decides its priority, its default `ttl` and what happens when it may have been sent.
       * @enum {string}
       */
      category?: 'otp' | 'transactional' | 'marketing'
      /**
       * @description Only what goes through this one.
       * @example twilio
       */
      provider?: string
    }
    Session: {
      /**
       * Format: date-time
       * @description When it ends at the latest; half an hour without a call ends it, too.
       */
      ends_at: string | null
      /** @description The name of the key; null: signed in by a link, or not at all. */
      name: string | null
      /** @description Whether anything is refused to whoever is not signed in. */
      required: boolean
      scopes: (
        'sms:send' | 'push:send' | 'messages:read' | 'tokens:write' | 'webhooks:write' | 'metrics:read' | 'admin'
      )[]
      signed_in: boolean
    }
    SessionAnswer: {
      data: components['schemas']['Session']
      /** @enum {boolean} */
      success: true
    }
    SignIn: {
      /** @description An API key. */
      key?: string
      /** @description What follows `#sign-in=` in the address from the terminal. */
      link?: string
    }
    Sms: {
      attempts: components['schemas']['Attempt'][]
      /**
       * @description Decides its priority, its default `ttl` and what happens when it may have been sent.
       * @enum {string}
       */
      category: 'otp' | 'transactional' | 'marketing'
      contact: string
      /**
       * Format: date-time
       * @description When it was told that somebody typed in its code.
       */
      converted_at?: string
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      created_at: string
      /** @enum {string} */
      encoding: 'gsm7' | 'ucs2'
      /** @description The notification that it stands in for: see its `fallback`. */
      fallback_of?: number
      message: string
      message_id: number
      /** @description Of all attempts together; only where the routes told it when they were made. */
      price?: {
        /** @example 0.031 */
        amount: number
        /**
         * @description ISO 4217.
         * @example EUR
         */
        currency: string
      }
      provider: string
      provider_message_id: string | null
      /** @description The word after the status. */
      reason: string | null
      /** @description Who has it in the contact’s place, while `REDIRECT_TO` is set. */
      redirected_to: string | null
      /** @description The message whose content was sent again as this one. */
      resent_from: number | null
      segments: number
      /**
       * Format: date-time
       * @description The earliest time it may leave, if its caller named one, or quiet hours set one.
       */
      send_at: string | null
      sender: string | null
      /**
       * @description What is known about it. `uncertain`: it may have been sent.
       * @enum {string}
       */
      status:
        | 'captured'
        | 'scheduled'
        | 'queued'
        | 'sending'
        | 'sent'
        | 'delivered'
        | 'received'
        | 'opened'
        | 'uncertain'
        | 'undelivered'
        | 'failed'
        | 'rejected'
        | 'expired'
        | 'suppressed'
        | 'cancelled'
      subject: string
      tag: string | null
      /** @description What it was made from: `name@version/locale`. */
      template: string | null
      /** @description How many attempts may have been sent without an answer. */
      uncertain_attempts: number
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      updated_at: string
      /** @description Whether the person has it, in a sentence or two that can be passed on. */
      verdict: string
    }
    SmsAccepted: {
      /** @enum {string} */
      encoding: 'gsm7' | 'ucs2'
      message_id: number
      /** @description Only where the routes tell it. */
      price?: {
        /** @example 0.031 */
        amount: number
        /**
         * @description ISO 4217.
         * @example EUR
         */
        currency: string
      }
      /**
       * Format: date-time
       * @description It waits until then: it is marketing, and these are the quiet hours of its recipient.
       */
      quiet_hours_until?: string
      /** @description With `Prefer: wait`; else only where it has ended already, as a rule keeps it back. */
      reason?: string | null
      /** @description Characters that gave way to plain ones. */
      replaced?: {
        /**
         * @description Empty: nothing.
         * @example '
         */
        by: string
        /** @example ’ */
        character: string
        count: number
      }[]
      segments: number
      /**
       * @description What is known about it. `uncertain`: it may have been sent.
       * @enum {string}
       */
      status:
        | 'captured'
        | 'scheduled'
        | 'queued'
        | 'sending'
        | 'sent'
        | 'delivered'
        | 'received'
        | 'opened'
        | 'uncertain'
        | 'undelivered'
        | 'failed'
        | 'rejected'
        | 'expired'
        | 'suppressed'
        | 'cancelled'
      /** @enum {boolean} */
      success: true
      warnings?: string[]
    }
    SmsAnswer: {
      data: components['schemas']['Sms']
      /** @enum {boolean} */
      success: true
    }
    SmsBatchAnswer: {
      /** @description Items that were stored, now or when their key was first used. */
      accepted: number
      /** @description One for each item, in order. */
      data: components['schemas']['SmsBatchAnswerItem'][]
      /** @enum {boolean} */
      dry_run?: true
      /** @description Items that were refused: only with `partial`. */
      rejected: number
      /** @enum {boolean} */
      success: true
    }
    SmsBatchAnswerItem:
      | {
          /** @enum {string} */
          encoding: 'gsm7' | 'ucs2'
          /** @description Its place in the call, from 0. */
          index: number
          message_id: number
          /** @description Only where the routes tell it. */
          price?: {
            /** @example 0.031 */
            amount: number
            /**
             * @description ISO 4217.
             * @example EUR
             */
            currency: string
          }
          /**
           * Format: date-time
           * @description It waits until then: it is marketing, and these are the quiet hours of its recipient.
           */
          quiet_hours_until?: string
          /** @description Where it has ended already, as a rule keeps it back. */
          reason?: string
          /** @description Characters that gave way to plain ones. */
          replaced?: {
            /**
             * @description Empty: nothing.
             * @example '
             */
            by: string
            /** @example ’ */
            character: string
            count: number
          }[]
          /**
           * @description Its `key` was used before: nothing new was stored.
           * @enum {boolean}
           */
          replayed?: true
          segments: number
          /**
           * @description What is known about it. `uncertain`: it may have been sent.
           * @enum {string}
           */
          status:
            | 'captured'
            | 'scheduled'
            | 'queued'
            | 'sending'
            | 'sent'
            | 'delivered'
            | 'received'
            | 'opened'
            | 'uncertain'
            | 'undelivered'
            | 'failed'
            | 'rejected'
            | 'expired'
            | 'suppressed'
            | 'cancelled'
          /** @enum {boolean} */
          success: true
          warnings?: string[]
        }
      | {
          error: components['schemas']['ItemError']
          /** @description Its place in the call, from 0. */
          index: number
          /** @enum {boolean} */
          success: false
        }
      | {
          data: components['schemas']['SmsDryRunData']
          /** @enum {boolean} */
          dry_run: true
          /** @description Its place in the call, from 0. */
          index: number
          /** @enum {boolean} */
          success: true
        }
    SmsBatchItem: {
      /**
       * @description Decides its priority, its default `ttl` and what happens when it may have been sent.
       * @enum {string}
       */
      category?: 'otp' | 'transactional' | 'marketing'
      /**
       * @description Phone number, `[+country_code][number]`.
       * @example +201009129288
       */
      contact: string
      /** @description As the `Idempotency-Key` of `POST /smss`: this item is never stored twice, in whichever call it comes again. */
      key?: string
      /** @description `send_at` is a time of the recipient’s own clock, like `2030-01-31T18:00`: it leaves when it is that late there. */
      local?: boolean
      /**
       * @description Refuse the message if it is known to cost more; in the currency of the routes.
       * @example 0.1
       */
      max_price?: number
      /** @description Refuse the message if it needs more segments. */
      max_segments?: number
      /** @description The text. */
      message?: string
      /**
       * @description What to do when it may have been sent: send again, ask the provider first, or leave it.
       * @enum {string}
       */
      on_uncertain?: 'retry' | 'reconcile' | 'fail'
      /** @description Replace curly quotes, dashes and the like by plain ones where that makes the message smaller. Unless given, `SMS_TYPOGRAPHY` decides. */
      plain?: boolean
      /**
       * @description The earliest time it may leave, at most 366 days away; `ttl` counts from there. RFC 3339; without an offset where `local` is true.
       * @example 2030-01-31T18:00:00Z
       */
      send_at?: string
      /** @description A number or name of yours; else the configured one. */
      sender?: string
      /** @description Stored, searched and shown; part of the SMS only if set up so. */
      subject?: string
      /** @description A word of yours, to find it by. */
      tag?: string
      /** @description As in an SMS; what it leaves out of it is taken from the common one. */
      template?: {
        [key: string]: unknown
      }
      /**
       * @description The recipient’s (IANA), for quiet hours; unless given, the number tells.
       * @example Europe/Berlin
       */
      time_zone?: string
      /**
       * @description Optional parameters of SMPP that your carrier asks for, by tag from `0x1400` to `0x3FFF`: text, or octets as `hex:0a1b`. Other providers pass over them.
       * @example {
       *       "0x1400": "1101234567890123456"
       *     }
       */
      tlvs?: {
        [key: string]: string
      }
      /** @description Seconds after which it is no longer worth sending. */
      ttl?: number
    }
    SmsBatchMessage: {
      /**
       * @description Decides its priority, its default `ttl` and what happens when it may have been sent.
       * @enum {string}
       */
      category?: 'otp' | 'transactional' | 'marketing'
      /**
       * @description Phone number, `[+country_code][number]`.
       * @example +201009129288
       */
      contact: string
      /** @description As the `Idempotency-Key` of `POST /smss`: this item is never stored twice, in whichever call it comes again. */
      key?: string
      /** @description `send_at` is a time of the recipient’s own clock, like `2030-01-31T18:00`: it leaves when it is that late there. */
      local?: boolean
      /**
       * @description Refuse the message if it is known to cost more; in the currency of the routes.
       * @example 0.1
       */
      max_price?: number
      /** @description Refuse the message if it needs more segments. */
      max_segments?: number
      /** @description The text. */
      message?: string
      /**
       * @description What to do when it may have been sent: send again, ask the provider first, or leave it.
       * @enum {string}
       */
      on_uncertain?: 'retry' | 'reconcile' | 'fail'
      /** @description Replace curly quotes, dashes and the like by plain ones where that makes the message smaller. Unless given, `SMS_TYPOGRAPHY` decides. */
      plain?: boolean
      /**
       * @description The earliest time it may leave, at most 366 days away; `ttl` counts from there. RFC 3339; without an offset where `local` is true.
       * @example 2030-01-31T18:00:00Z
       */
      send_at?: string
      /** @description A number or name of yours; else the configured one. */
      sender?: string
      /** @description Stored, searched and shown; part of the SMS only if set up so. */
      subject?: string
      /** @description A word of yours, to find it by. */
      tag?: string
      template?: components['schemas']['TemplateUse']
      /**
       * @description The recipient’s (IANA), for quiet hours; unless given, the number tells.
       * @example Europe/Berlin
       */
      time_zone?: string
      /**
       * @description Optional parameters of SMPP that your carrier asks for, by tag from `0x1400` to `0x3FFF`: text, or octets as `hex:0a1b`. Other providers pass over them.
       * @example {
       *       "0x1400": "1101234567890123456"
       *     }
       */
      tlvs?: {
        [key: string]: string
      }
      /** @description Seconds after which it is no longer worth sending. */
      ttl?: number
    }
    /** @description At most 10,000 items. Every other field is that of an SMS, and holds for each item that does not have it itself. */
    SmsBatchRequest: {
      /**
       * @description Decides its priority, its default `ttl` and what happens when it may have been sent.
       * @enum {string}
       */
      category?: 'otp' | 'transactional' | 'marketing'
      /** @description Answer what would be sent, where to and how, and store nothing. No Idempotency-Key is used up. */
      dry_run?: boolean
      items: components['schemas']['SmsBatchItem'][]
      /** @description `send_at` is a time of the recipient’s own clock, like `2030-01-31T18:00`: it leaves when it is that late there. */
      local?: boolean
      /**
       * @description Refuse the message if it is known to cost more; in the currency of the routes.
       * @example 0.1
       */
      max_price?: number
      /** @description Refuse the message if it needs more segments. */
      max_segments?: number
      /** @description The text. */
      message?: string
      /**
       * @description What to do when it may have been sent: send again, ask the provider first, or leave it.
       * @enum {string}
       */
      on_uncertain?: 'retry' | 'reconcile' | 'fail'
      /** @description Store the items that are good. Else one fault refuses them all. */
      partial?: boolean
      /** @description Replace curly quotes, dashes and the like by plain ones where that makes the message smaller. Unless given, `SMS_TYPOGRAPHY` decides. */
      plain?: boolean
      /**
       * @description The earliest time it may leave, at most 366 days away; `ttl` counts from there. RFC 3339; without an offset where `local` is true.
       * @example 2030-01-31T18:00:00Z
       */
      send_at?: string
      /** @description A number or name of yours; else the configured one. */
      sender?: string
      /** @description Stored, searched and shown; part of the SMS only if set up so. */
      subject?: string
      /** @description A word of yours, to find it by. */
      tag?: string
      template?: components['schemas']['TemplateUse']
      /**
       * @description The recipient’s (IANA), for quiet hours; unless given, the number tells.
       * @example Europe/Berlin
       */
      time_zone?: string
      /**
       * @description Optional parameters of SMPP that your carrier asks for, by tag from `0x1400` to `0x3FFF`: text, or octets as `hex:0a1b`. Other providers pass over them.
       * @example {
       *       "0x1400": "1101234567890123456"
       *     }
       */
      tlvs?: {
        [key: string]: string
      }
      /** @description Seconds after which it is no longer worth sending. */
      ttl?: number
    }
    SmsDryRun: {
      data: components['schemas']['SmsDryRunData']
      /** @enum {boolean} */
      dry_run: true
      /** @enum {boolean} */
      success: true
    }
    SmsDryRunData: {
      /**
       * @description Decides its priority, its default `ttl` and what happens when it may have been sent.
       * @enum {string}
       */
      category: 'otp' | 'transactional' | 'marketing'
      /** @description As it would be stored: E.164. */
      contact: string
      /** @description ISO 3166-1 alpha-2; null for numbers of no single country. */
      country: string | null
      /** @description The first character that makes it ucs2, and so dearer. */
      culprit: {
        character: string
        /** @example U+2019 */
        code_point: string
        /** @description In the text, in UTF-16 code units. */
        index: number
      } | null
      /** @enum {string} */
      encoding: 'gsm7' | 'ucs2'
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      expires_at: string
      /** @description What the numbering plan says of it: `mobile`, `fixed_line`, `fixed_line_or_mobile`, `toll_free` … */
      number_type: string | null
      /** @enum {string} */
      on_uncertain: 'retry' | 'reconcile' | 'fail'
      /** @description Of the whole message; null: the routes tell none, or it would be captured. */
      price: {
        /** @example 0.031 */
        amount: number
        /**
         * @description ISO 4217.
         * @example EUR
         */
        currency: string
      } | null
      /** @description Who would have it in the contact’s place. */
      redirected_to: string | null
      /** @description Characters that gave way to plain ones. */
      replaced: {
        /**
         * @description Empty: nothing.
         * @example '
         */
        by: string
        /** @example ’ */
        character: string
        count: number
      }[]
      route: {
        provider: string
        /** @description Why this one, in words. */
        reason: string
      }
      segments: number
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      send_at: string
      /** @description Null: the configured one. */
      sender: string | null
      subject: string
      tag: string | null
      /** @description What its words were made from: `name@version/locale`. */
      template: string | null
      /** @description The text on the handset. */
      text: string
      /** @description Septets in gsm7, UTF-16 code units in ucs2. */
      units: number
      /** @description What would keep it from leaving at once. */
      waits: {
        /** @description In words. */
        message: string
        /** @enum {string} */
        reason: 'scheduled' | 'quiet_hours' | 'paused' | 'rate_limited'
        /** @description How long; null: nobody knows. */
        seconds: number | null
      }[]
      warnings: string[]
    }
    SmsList: {
      data: components['schemas']['Sms'][]
      /** @description The `cursor` of the next page; null on the last. */
      next: string | null
      /**
       * Format: date-time
       * @description How far back this page has looked; null on the last. A page may be short, or empty, although `next` leads on: what few messages match is looked for in steps.
       */
      searched_until: string | null
      /** @enum {boolean} */
      success: true
    }
    /** @description How one provider does, as this node sees it. */
    SmsProviderState: {
      /** @description How many of the last messages were given this way. */
      choices: {
        /** @description Those before it were not well. */
        detour: number
        /** @description It came first. */
        first: number
        /** @description None was well, and it came first. */
        none_well: number
      }
      provider: string
      /** @description Of the last seven days, where there are enough messages to tell. */
      receipts: {
        /** @description ISO 3166-1 alpha-2; null: of any. */
        country: string | null
        messages: number
        /** @description How many of them it told the end of. */
        receipts: number
      }[]
      /** @description The ways through it that are not well; none: all are. */
      troubles: {
        /** @description ISO 3166-1 alpha-2; null: of any. */
        country: string | null
        /** @description The one sender that is held, empty: the provider’s configured one; null: whatever goes out with. */
        sender: string | null
        /**
         * Format: date-time
         * @description RFC 3339, UTC.
         */
        since: string
        /**
         * @description `open`: it takes nothing. `half-open`: one message at a time, to see. `ramp`: a growing part.
         * @enum {string}
         */
        state: 'open' | 'half-open' | 'ramp'
        /**
         * Format: date-time
         * @description Of `open`.
         */
        tried_again_at: string | null
      }[]
    }
    /** @description With `subject` and `message`, or with a `template` that brings both. */
    SmsRequest: {
      /**
       * @description Decides its priority, its default `ttl` and what happens when it may have been sent.
       * @enum {string}
       */
      category?: 'otp' | 'transactional' | 'marketing'
      /**
       * @description Phone number, `[+country_code][number]`.
       * @example +201009129288
       */
      contact: string
      /** @description Answer what would be sent, where to and how, and store nothing. No Idempotency-Key is used up. */
      dry_run?: boolean
      /** @description `send_at` is a time of the recipient’s own clock, like `2030-01-31T18:00`: it leaves when it is that late there. */
      local?: boolean
      /**
       * @description Refuse the message if it is known to cost more; in the currency of the routes.
       * @example 0.1
       */
      max_price?: number
      /** @description Refuse the message if it needs more segments. */
      max_segments?: number
      /** @description The text. */
      message?: string
      /**
       * @description What to do when it may have been sent: send again, ask the provider first, or leave it.
       * @enum {string}
       */
      on_uncertain?: 'retry' | 'reconcile' | 'fail'
      /** @description Replace curly quotes, dashes and the like by plain ones where that makes the message smaller. Unless given, `SMS_TYPOGRAPHY` decides. */
      plain?: boolean
      /**
       * @description The earliest time it may leave, at most 366 days away; `ttl` counts from there. RFC 3339; without an offset where `local` is true.
       * @example 2030-01-31T18:00:00Z
       */
      send_at?: string
      /** @description A number or name of yours; else the configured one. */
      sender?: string
      /** @description Stored, searched and shown; part of the SMS only if set up so. */
      subject?: string
      /** @description A word of yours, to find it by. */
      tag?: string
      template?: components['schemas']['TemplateUse']
      /**
       * @description The recipient’s (IANA), for quiet hours; unless given, the number tells.
       * @example Europe/Berlin
       */
      time_zone?: string
      /**
       * @description Optional parameters of SMPP that your carrier asks for, by tag from `0x1400` to `0x3FFF`: text, or octets as `hex:0a1b`. Other providers pass over them.
       * @example {
       *       "0x1400": "1101234567890123456"
       *     }
       */
      tlvs?: {
        [key: string]: string
      }
      /** @description Seconds after which it is no longer worth sending. */
      ttl?: number
    }
    /** @description `{}` sends it to the same number. */
    SmsResend: {
      /**
       * @description Another number instead of the first one.
       * @example +201009129288
       */
      contact?: string
      /** @description Answer what would be sent, where to and how, and store nothing. No Idempotency-Key is used up. */
      dry_run?: boolean
    }
    /** @description One route of the routes file. */
    SmsRoute: {
      /** @description For these; null: for all. */
      categories: string[] | null
      /** @description For numbers of these; null: of all. */
      countries: string[] | null
      failover_on: string[]
      /**
       * @description Which of `via` comes first.
       * @enum {string}
       */
      order: 'listed' | 'weight' | 'cost'
      /** @description For numbers that begin like one of these; null: for all. */
      prefixes: string[] | null
      /** @description For messages that name one of these; null: for all. */
      senders: string[] | null
      /** @description After all of `via`, in this order. */
      then: {
        /** @description Of one segment, by prefix, country or `*`. */
        prices: {
          [key: string]: number
        }
        provider: string
        /** @description For messages whose caller names none; null: the provider’s configured one. */
        sender: string | null
        /** @description Against the others of its route, where `order` is `weight`. */
        weight: number
      }[]
      via: {
        /** @description Of one segment, by prefix, country or `*`. */
        prices: {
          [key: string]: number
        }
        provider: string
        /** @description For messages whose caller names none; null: the provider’s configured one. */
        sender: string | null
        /** @description Against the others of its route, where `order` is `weight`. */
        weight: number
      }[]
    }
    SmsRoutesAnswer: {
      data: components['schemas']['SmsRoutesData']
      /** @enum {boolean} */
      success: true
    }
    SmsRoutesData: {
      /** @description How many choices are counted below. */
      chosen: number
      /** @description ISO 4217, of all prices; null: there are none. */
      currency: string | null
      /** @description Those that are set up; none: SMS are captured. */
      providers: components['schemas']['SmsProviderState'][]
      /** @description In their order; none: there is no routes file, and the only provider takes everything. */
      routes: components['schemas']['SmsRoute'][]
    }
    Template: {
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      created_at: string
      /** @description One of `locales`: for whoever asks for none of them. */
      default_locale: string
      /**
       * @description What can be sent with it.
       * @enum {string}
       */
      kind: 'sms' | 'push'
      /**
       * @description Language tag to texts: `subject` and `message` for an SMS; `title`, `body` and, if wanted, `link` and `image` for a push. Texts are ICU messages: `{name}`, `{count, plural, one {# order} other {# orders}}`.
       * @example {
       *       "en": {
       *         "subject": "Order",
       *         "message": "Hi {name}, your order is on its way."
       *       }
       *     }
       */
      locales: {
        [key: string]: {
          [key: string]: string
        }
      }
      name: string
      /** @description Every variable that a text uses. */
      variables: {
        [key: string]: components['schemas']['TemplateVariable']
      }
      version: number
    }
    TemplateAnswer: {
      data: components['schemas']['Template']
      /** @enum {boolean} */
      success: true
    }
    TemplateEntry: {
      default_locale: string
      /**
       * @description What can be sent with it.
       * @enum {string}
       */
      kind: 'sms' | 'push'
      locales: string[]
      name: string
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      updated_at: string
      version: number
    }
    TemplateList: {
      data: components['schemas']['TemplateEntry'][]
      /** @description The `cursor` of the next page; null on the last. */
      next: string | null
      /** @enum {boolean} */
      success: true
    }
    /** @description `sample`: with the samples. `longest`: with every text as long as it may be, and the longest branch of each plural and select. */
    TemplateLocaleSize: {
      locale: string
      longest: components['schemas']['TemplateSize']
      sample: components['schemas']['TemplateSize']
    }
    TemplatePreview: {
      body?: string
      /** @description Of a push: its payload. */
      bytes?: number
      /**
       * @description Of an SMS.
       * @enum {string}
       */
      encoding?: 'gsm7' | 'ucs2'
      /** @description The first character outside the GSM alphabet: it alone makes the SMS `ucs2`. */
      guilty?: {
        character: string
        index: number
      }
      image?: string
      /**
       * @description What can be sent with it.
       * @enum {string}
       */
      kind: 'sms' | 'push'
      link?: string
      /** @description The one that serves what was asked for best. */
      locale: string
      locales: components['schemas']['TemplateLocaleSize'][]
      message?: string
      /** @description Of an SMS. */
      segments?: number
      subject?: string
      /** @description `name@version/locale` */
      template: string
      title?: string
      warnings: string[]
    }
    TemplatePreviewAnswer: {
      data: components['schemas']['TemplatePreview']
      /** @enum {boolean} */
      success: true
    }
    TemplatePreviewRequest: {
      /**
       * @description A language tag (BCP 47).
       * @example en
       * @example pt-BR
       */
      locale?: string
      /** @description A value for each variable of the template. */
      variables?: {
        [key: string]: string | number
      }
      version?: number
    }
    TemplateRequest: {
      /** @description One of `locales`: for whoever asks for none of them. */
      default_locale: string
      /**
       * @description What can be sent with it.
       * @enum {string}
       */
      kind: 'sms' | 'push'
      /**
       * @description Language tag to texts: `subject` and `message` for an SMS; `title`, `body` and, if wanted, `link` and `image` for a push. Texts are ICU messages: `{name}`, `{count, plural, one {# order} other {# orders}}`.
       * @example {
       *       "en": {
       *         "subject": "Order",
       *         "message": "Hi {name}, your order is on its way."
       *       }
       *     }
       */
      locales: {
        [key: string]: {
          [key: string]: string
        }
      }
      /** @description Every variable that a text uses. */
      variables?: {
        [key: string]: components['schemas']['TemplateVariable']
      }
    }
    TemplateSize: {
      /** @description Of a push: its payload. */
      bytes?: number
      /**
       * @description Of an SMS.
       * @enum {string}
       */
      encoding?: 'gsm7' | 'ucs2'
      /** @description The first character outside the GSM alphabet: it alone makes the SMS `ucs2`. */
      guilty?: {
        character: string
        index: number
      }
      /** @description Of an SMS. */
      segments?: number
    }
    TemplateStored: {
      /** @description False: it is the same as the newest version, which stays the newest. */
      changed: boolean
      data: components['schemas']['Template']
      /** @enum {boolean} */
      success: true
      warnings: string[]
    }
    /** @description The words come from a template. */
    TemplateUse: {
      /**
       * @description A language tag (BCP 47).
       * @example en
       * @example pt-BR
       */
      locale?: string
      /** @description Of a template of yours. */
      name: string
      /** @description A value for each variable of the template. */
      variables?: {
        [key: string]: string | number
      }
      version?: number
    }
    TemplateVariable: {
      /** @description Of a text (else 100) or url (else 200), in characters. */
      max_length?: number
      /** @description False: a text or url may be left out, and is empty then. Else true. */
      required?: boolean
      /** @description A value such as you will send, for previews and for measuring. */
      sample: string | number
      /**
       * @description `date`: `2026-11-22`; `time`: `2026-11-22T18:30:00+02:00`, shown as the clock says there.
       * @enum {string}
       */
      type: 'text' | 'number' | 'date' | 'time' | 'url'
    }
    TemplateVersion: {
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      created_at: string
      locales: string[]
      version: number
    }
    TemplateVersionList: {
      data: components['schemas']['TemplateVersion'][]
      /** @description The `cursor` of the next page; null on the last. */
      next: string | null
      /** @enum {boolean} */
      success: true
    }
    /** @description An address of a device. */
    Token: {
      app: string | null
      /** @description Whose it is; null: nobody said. */
      client: string | null
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      created_at: string
      /** @description The installation id that is the same device, beside a token. */
      fid: string | null
      /**
       * @description What its address is: a registration token, or a Firebase installation id.
       * @enum {string}
       */
      kind: 'token' | 'fid'
      /**
       * Format: date-time
       * @description When the push service last took a push for it, written once a day at most. Of its first day: when that push last moved on, as long as it is kept.
       */
      last_ok_at: string | null
      /**
       * Format: date-time
       * @description When it was registered last; null: never, a push named it.
       */
      last_seen_at: string | null
      locale: string | null
      /** @enum {string|null} */
      platform: 'android' | 'ios' | 'web' | null
      /**
       * Format: date-time
       * @description Since when it is not sent to any more.
       */
      retired_at: string | null
      /** @description `unregistered`, `invalid_token`: the push service said so. `stale`: not seen for DEVICES_DROP_DAYS. `deleted`: you took it away. `erased`: its person was erased. */
      retired_reason: string | null
      /** @description The `token_id` of the address that its device has now; null: this one. */
      sent_as: number | null
      /**
       * Format: date-time
       * @description Since when it counts as stale: not seen for DEVICES_STALE_DAYS.
       */
      stale_at: string | null
      time_zone: string | null
      /** @description The registration token, or the installation id; `erased:` and the id where its person was erased. */
      token: string
      token_id: number
      /** @description Of one device alone: what this service subscribed it to. Apps subscribe by themselves, too. */
      topics?: components['schemas']['TokenTopic'][]
      /**
       * Format: date-time
       * @description Until when its retirement can be undone; null: there is none to undo.
       */
      undo_until: string | null
      /** @description The Firebase project that it does not belong to, by which it is not sent to. */
      wrong_project: string | null
    }
    TokenAnswer: {
      data: components['schemas']['Token']
      /** @enum {boolean} */
      success: true
    }
    TokenList: {
      data: components['schemas']['Token'][]
      /** @description The `cursor` of the next page; null on the last. */
      next: string | null
      /**
       * Format: date-time
       * @description How far back this page has looked; null on the last. A page may be short, or empty, although `next` leads on: what few messages match is looked for in steps.
       */
      searched_until: string | null
      /** @enum {boolean} */
      success: true
    }
    TokensDelete: {
      /** @description Registration tokens or installation ids. */
      tokens: string[]
    }
    TokensDeleted: {
      /** @description How many of them were there. */
      deleted: number
      /** @enum {boolean} */
      success: true
    }
    /** @description At most 100,000 tokens and fids together. One named twice is sent once. */
    TokensRequest: {
      /** @description Buttons, in a browser. */
      actions?: {
        /** @description Your word for it. */
        action: string
        icon?: string
        title: string
      }[]
      android?: components['schemas']['AndroidConfig']
      android_v2?: components['schemas']['AndroidConfigV2']
      apns?: components['schemas']['ApnsConfig']
      /** @description The number at the app’s icon, on Apple devices and Android; 0 takes it away on Apple’s. */
      badge?: number
      body?: string
      /**
       * @description Decides its priority, its default `ttl` and what happens when it may have been sent.
       * @enum {string}
       */
      category?: 'otp' | 'transactional' | 'marketing'
      /** @description Of several that wait for a device the last one alone is delivered. */
      collapse_key?: string
      /** @description Your own values, texts all of them. */
      data?: {
        [key: string]: string
      }
      /** @description Nothing is shown: the app gets `data`. Then there are no `title` and `body`. */
      data_only?: boolean
      /** @description Answer what would be sent, where to and how, and store nothing. No Idempotency-Key is used up. */
      dry_run?: boolean
      /** @description Ask each device to report that it got it and that it was opened, at the URL in `data.tidings`. Unless given, `PUSH_EVIDENCE` decides, and what a `fallback` needs. */
      evidence?: boolean
      fallback?: components['schemas']['Fallback']
      fcm_options?: components['schemas']['FcmOptions']
      /** @description Firebase installation ids. */
      fids?: string[]
      /** @description URL of a picture. */
      image?: string
      /** @description Opened on a click, in a browser. */
      link?: string
      /** @description `send_at` is a time of the recipient’s own clock, like `2030-01-31T18:00`: it leaves when it is that late there. */
      local?: boolean
      /**
       * @description `high` wakes a sleeping device; `normal` may wait until it is awake.
       * @enum {string}
       */
      priority?: 'high' | 'normal'
      /** @description The Firebase project, by its name in `FCM_PROJECTS_FILE`; `fcm`: that of the variables. For a topic, and for devices whose app is no project’s. */
      project?: string
      /**
       * @description The earliest time it may leave, at most 366 days away; `ttl` counts from there. RFC 3339; without an offset where `local` is true.
       * @example 2030-01-31T18:00:00Z
       */
      send_at?: string
      /** @description `default`, or a file in the app; not in a browser. */
      sound?: string
      /** @description A word of yours, to find it by. */
      tag?: string
      template?: components['schemas']['TemplateUse']
      title?: string
      /** @description Registration tokens; `apns:` and the device token in hex for Apple’s own service. */
      tokens?: string[]
      /** @description Seconds. 0: now or never. */
      ttl?: number
      /** @description With `dry_run`: FCM is asked whether it would take this for the first target. Nothing is delivered. */
      validate_only?: boolean
      webpush?: components['schemas']['WebpushConfig']
    }
    TokensRestore: {
      /**
       * @description Only for this reason.
       * @enum {string}
       */
      reason?: 'unregistered' | 'invalid_token' | 'sender_mismatch' | 'stale'
      /**
       * Format: date-time
       * @description Those that were retired then or later; no more than 30 days ago.
       * @example 2030-01-31T18:00:00Z
       */
      since: string
    }
    TokensRestored: {
      /** @description How many there were. */
      restored: number
      /** @enum {boolean} */
      success: true
    }
    TokenTopic: {
      /** @description Why it failed, or ended. */
      reason: string | null
      /**
       * @description `subscribing`, `unsubscribing`: FCM is still to be told. `failed`: what was asked for last could not be done.
       * @enum {string}
       */
      state: 'subscribing' | 'subscribed' | 'unsubscribing' | 'unsubscribed' | 'failed'
      topic: string
    }
    Topic: {
      /** @description Devices by state; those that ended are forgotten after 30 days. */
      counts: {
        failed: number
        subscribed: number
        subscribing: number
        unsubscribed: number
        unsubscribing: number
      }
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      created_at: string
      /** @description Devices that were subscribed by this service: a lower bound, since apps subscribe by themselves, too. */
      subscribers: number
      topic: string
    }
    TopicChanged: {
      /** @description Different ones that were named. */
      devices: number
      /** @description Those for which it could not be done, as far as that is known yet. */
      failed: components['schemas']['TopicFailure'][]
      /** @enum {boolean} */
      success: true
      topic: string
      /** @description Of them, those that FCM is still to be told of. */
      waiting: number
    }
    /** @description At most 10,000 tokens and fids together, or in place of them `to`: all registered devices that are so. */
    TopicDevices: {
      /** @description Firebase installation ids. */
      fids?: string[]
      /** @description The Firebase project of devices whose app decides none; absent: the usual one. */
      project?: string
      to?: components['schemas']['DeviceFilter']
      /** @description Registration tokens. */
      tokens?: string[]
    }
    TopicFailure: {
      /** @description Why: `unregistered`, `too_many_topics` … They stand in /docs/topics.md. */
      reason: string
      /** @description The registration token or installation id, as it was named. */
      token: string
    }
    TopicList: {
      data: components['schemas']['Topic'][]
      /** @description The `cursor` of the next page; null on the last. */
      next: string | null
      /** @description What these numbers are, and what they are not. */
      note: string
      /** @enum {boolean} */
      success: true
    }
    TopicRequest: {
      /** @description Buttons, in a browser. */
      actions?: {
        /** @description Your word for it. */
        action: string
        icon?: string
        title: string
      }[]
      android?: components['schemas']['AndroidConfig']
      android_v2?: components['schemas']['AndroidConfigV2']
      apns?: components['schemas']['ApnsConfig']
      /** @description The number at the app’s icon, on Apple devices and Android; 0 takes it away on Apple’s. */
      badge?: number
      body?: string
      /**
       * @description Decides its priority, its default `ttl` and what happens when it may have been sent.
       * @enum {string}
       */
      category?: 'otp' | 'transactional' | 'marketing'
      /** @description Of several that wait for a device the last one alone is delivered. */
      collapse_key?: string
      /** @description In place of `topic`: up to 5 topics, such as `'news' in topics && !('sport' in topics)`. */
      condition?: string
      /** @description Your own values, texts all of them. */
      data?: {
        [key: string]: string
      }
      /** @description Nothing is shown: the app gets `data`. Then there are no `title` and `body`. */
      data_only?: boolean
      /** @description Answer what would be sent, where to and how, and store nothing. No Idempotency-Key is used up. */
      dry_run?: boolean
      /** @description Sends to each device that was subscribed by this service, by itself, with a status of its own; those that subscribed by themselves get nothing. */
      fan_out?: boolean
      fcm_options?: components['schemas']['FcmOptions']
      /** @description URL of a picture. */
      image?: string
      /** @description Opened on a click, in a browser. */
      link?: string
      /** @description `send_at` is a time of the recipient’s own clock, like `2030-01-31T18:00`: it leaves when it is that late there. */
      local?: boolean
      /**
       * @description `high` wakes a sleeping device; `normal` may wait until it is awake.
       * @enum {string}
       */
      priority?: 'high' | 'normal'
      /** @description The Firebase project, by its name in `FCM_PROJECTS_FILE`; `fcm`: that of the variables. For a topic, and for devices whose app is no project’s. */
      project?: string
      /**
       * @description The earliest time it may leave, at most 366 days away; `ttl` counts from there. RFC 3339; without an offset where `local` is true.
       * @example 2030-01-31T18:00:00Z
       */
      send_at?: string
      /** @description `default`, or a file in the app; not in a browser. */
      sound?: string
      /** @description A word of yours, to find it by. */
      tag?: string
      template?: components['schemas']['TemplateUse']
      title?: string
      /** @description Its name; `/topics/` before it is dropped. */
      topic?: string
      /** @description Seconds. 0: now or never. */
      ttl?: number
      /** @description With `dry_run`: FCM is asked whether it would take this for the first target. Nothing is delivered. */
      validate_only?: boolean
      webpush?: components['schemas']['WebpushConfig']
    }
    TopicSubscription: {
      /** @description Whose it is; null: nobody said. */
      client: string | null
      /** @enum {string} */
      kind: 'token' | 'fid'
      /** @description What it is subscribed through; `sandbox`: it stands here alone. `webpush`, `apns`: the same, for a push with `fan_out`. */
      provider: string
      /** @description Why it failed, or ended without being asked to. */
      reason: string | null
      /**
       * @description `subscribing`, `unsubscribing`: FCM is still to be told. `failed`: what was asked for last could not be done.
       * @enum {string}
       */
      state: 'subscribing' | 'subscribed' | 'unsubscribing' | 'unsubscribed' | 'failed'
      /** @description The registration token, or the installation id. */
      token: string
      token_id: number
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      updated_at: string
    }
    TopicSubscriptionList: {
      data: components['schemas']['TopicSubscription'][]
      /** @description The `cursor` of the next page; null on the last. */
      next: string | null
      /** @description What these numbers are, and what they are not. */
      note: string
      /** @enum {boolean} */
      success: true
      topic: components['schemas']['Topic']
    }
    Webhook: {
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      created_at: string
      /** @description For people: what it is for. */
      description: string
      /**
       * Format: date-time
       * @description Since when it is not.
       */
      disabled_at: string | null
      /**
       * @description `caller`: somebody did it. `gone`: it answered 410. `failing`: it took nothing for 120 hours.
       * @enum {string|null}
       */
      disabled_reason: 'caller' | 'gone' | 'failing' | null
      /** @description False: nothing new is handed out to it, and what waits stays until it is enabled again. */
      enabled: boolean
      /**
       * Format: date-time
       * @description Every try since then failed.
       */
      failing_since: string | null
      id: number
      /**
       * Format: date-time
       * @description Until then the secret before this one signs, too.
       */
      old_secret_until: string | null
      /**
       * @description `thin`: ids, status and reason. `full`: also numbers, tokens and texts, as they are when it is sent.
       * @enum {string}
       */
      payload: 'thin' | 'full'
      /**
       * @description The events it is told of.
       * @example [
       *       "sms.delivered",
       *       "sms.failed"
       *     ]
       */
      types: (
        | '*'
        | 'sms.captured'
        | 'sms.scheduled'
        | 'sms.queued'
        | 'sms.sending'
        | 'sms.sent'
        | 'sms.delivered'
        | 'sms.received'
        | 'sms.opened'
        | 'sms.uncertain'
        | 'sms.undelivered'
        | 'sms.failed'
        | 'sms.rejected'
        | 'sms.expired'
        | 'sms.suppressed'
        | 'sms.cancelled'
        | 'sms.inbound'
        | 'push.captured'
        | 'push.sent'
        | 'push.delivered'
        | 'push.received'
        | 'push.opened'
        | 'push.uncertain'
        | 'push.undelivered'
        | 'push.failed'
        | 'push.rejected'
        | 'push.expired'
        | 'push.suppressed'
        | 'push.cancelled'
        | 'token.retired'
        | 'client.opted_out'
        | 'client.opted_in'
        | 'client.erased'
        | 'webhook.disabled'
        | 'webhook.test'
        | 'rule.alarm'
      )[]
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      updated_at: string
      url: string
    }
    WebhookAnswer: {
      data: components['schemas']['Webhook']
      /** @enum {boolean} */
      success: true
    }
    WebhookAttempt: {
      /** @description The first 1,024 bytes of what was answered, where it is text. */
      answer: string | null
      /** @description Why there was no answer: `refused_address`, `dns`, `connect`, `tls`, `timeout`, `reset`, `secret_unreadable`, `event_forgotten`, `internal`. */
      failure: string | null
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      finished_at: string
      number: number
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      started_at: string
      /** @description Of HTTP. Null: there was no answer. */
      status: number | null
    }
    WebhookChange: {
      /** @description For people: what it is for. */
      description?: string
      /** @description True: goes on, also after it was disabled by itself. */
      enabled?: boolean
      /**
       * @description `thin`: ids, status and reason. `full`: also numbers, tokens and texts, as they are when it is sent.
       * @enum {string}
       */
      payload?: 'thin' | 'full'
      /**
       * @description The events it is told of.
       * @example [
       *       "sms.delivered",
       *       "sms.failed"
       *     ]
       */
      types?: (
        | '*'
        | 'sms.captured'
        | 'sms.scheduled'
        | 'sms.queued'
        | 'sms.sending'
        | 'sms.sent'
        | 'sms.delivered'
        | 'sms.received'
        | 'sms.opened'
        | 'sms.uncertain'
        | 'sms.undelivered'
        | 'sms.failed'
        | 'sms.rejected'
        | 'sms.expired'
        | 'sms.suppressed'
        | 'sms.cancelled'
        | 'sms.inbound'
        | 'push.captured'
        | 'push.sent'
        | 'push.delivered'
        | 'push.received'
        | 'push.opened'
        | 'push.uncertain'
        | 'push.undelivered'
        | 'push.failed'
        | 'push.rejected'
        | 'push.expired'
        | 'push.suppressed'
        | 'push.cancelled'
        | 'token.retired'
        | 'client.opted_out'
        | 'client.opted_in'
        | 'client.erased'
        | 'webhook.disabled'
        | 'webhook.test'
        | 'rule.alarm'
      )[]
      /**
       * @description Where events are POSTed to: https, and an address that is public, unless the service was told otherwise.
       * @example https://hooks.example.com/tidings
       */
      url?: string
    }
    WebhookDelivery: {
      attempt_count: number
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      created_at: string
      /**
       * @description The event’s, as `GET /events` names it.
       * @example 742-1
       */
      event_id: string
      id: number
      /**
       * Format: date-time
       * @description Null: there is no next try.
       */
      next_attempt_at: string | null
      /**
       * @description `queued`: it is tried, or will be. `failed`: it was tried often enough, and can be replayed.
       * @enum {string}
       */
      status: 'queued' | 'delivered' | 'failed'
      /** @example sms.delivered */
      type: string
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      updated_at: string
      webhook_id: number
    }
    WebhookDeliveryAnswer: {
      data: components['schemas']['WebhookDeliveryDetails']
      /** @enum {boolean} */
      success: true
    }
    WebhookDeliveryDetails: {
      attempt_count: number
      attempts: components['schemas']['WebhookAttempt'][]
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      created_at: string
      /**
       * @description The event’s, as `GET /events` names it.
       * @example 742-1
       */
      event_id: string
      id: number
      /**
       * Format: date-time
       * @description Null: there is no next try.
       */
      next_attempt_at: string | null
      /**
       * @description `queued`: it is tried, or will be. `failed`: it was tried often enough, and can be replayed.
       * @enum {string}
       */
      status: 'queued' | 'delivered' | 'failed'
      /** @example sms.delivered */
      type: string
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      updated_at: string
      webhook_id: number
    }
    WebhookDeliveryList: {
      data: components['schemas']['WebhookDelivery'][]
      /** @description `cursor` of the next page. */
      next: string | null
      /** @enum {boolean} */
      success: true
    }
    WebhookList: {
      data: components['schemas']['Webhook'][]
      /** @description `cursor` of the next page. */
      next: string | null
      /** @enum {boolean} */
      success: true
    }
    WebhookMade: {
      data: components['schemas']['Webhook']
      /** @description `whsec_…`, what its calls are signed with. It is never shown again. */
      secret: string
      /** @enum {boolean} */
      success: true
    }
    WebhookReplayed: {
      /** @description Deliveries that are made now. */
      queued: number
      /** @enum {boolean} */
      success: true
    }
    WebhookReplayRequest: {
      /**
       * @description True: only what was given up, not what was delivered.
       * @default false
       */
      only_failed?: boolean
      /**
       * @description Events from then on: a day (`2026-03-01`, in UTC) or a time (`2026-03-01T14:02:11Z`).
       * @example 2026-03-01T14:02:11Z
       */
      since: string
      /**
       * @description The events it is told of.
       * @example [
       *       "sms.delivered",
       *       "sms.failed"
       *     ]
       */
      types?: (
        | '*'
        | 'sms.captured'
        | 'sms.scheduled'
        | 'sms.queued'
        | 'sms.sending'
        | 'sms.sent'
        | 'sms.delivered'
        | 'sms.received'
        | 'sms.opened'
        | 'sms.uncertain'
        | 'sms.undelivered'
        | 'sms.failed'
        | 'sms.rejected'
        | 'sms.expired'
        | 'sms.suppressed'
        | 'sms.cancelled'
        | 'sms.inbound'
        | 'push.captured'
        | 'push.sent'
        | 'push.delivered'
        | 'push.received'
        | 'push.opened'
        | 'push.uncertain'
        | 'push.undelivered'
        | 'push.failed'
        | 'push.rejected'
        | 'push.expired'
        | 'push.suppressed'
        | 'push.cancelled'
        | 'token.retired'
        | 'client.opted_out'
        | 'client.opted_in'
        | 'client.erased'
        | 'webhook.disabled'
        | 'webhook.test'
        | 'rule.alarm'
      )[]
    }
    /** @description Without `types`: all of them. */
    WebhookRequest: {
      /** @description For people: what it is for. */
      description?: string
      /**
       * @description `thin`: ids, status and reason. `full`: also numbers, tokens and texts, as they are when it is sent.
       * @enum {string}
       */
      payload?: 'thin' | 'full'
      /**
       * @description The events it is told of.
       * @example [
       *       "sms.delivered",
       *       "sms.failed"
       *     ]
       */
      types?: (
        | '*'
        | 'sms.captured'
        | 'sms.scheduled'
        | 'sms.queued'
        | 'sms.sending'
        | 'sms.sent'
        | 'sms.delivered'
        | 'sms.received'
        | 'sms.opened'
        | 'sms.uncertain'
        | 'sms.undelivered'
        | 'sms.failed'
        | 'sms.rejected'
        | 'sms.expired'
        | 'sms.suppressed'
        | 'sms.cancelled'
        | 'sms.inbound'
        | 'push.captured'
        | 'push.sent'
        | 'push.delivered'
        | 'push.received'
        | 'push.opened'
        | 'push.uncertain'
        | 'push.undelivered'
        | 'push.failed'
        | 'push.rejected'
        | 'push.expired'
        | 'push.suppressed'
        | 'push.cancelled'
        | 'token.retired'
        | 'client.opted_out'
        | 'client.opted_in'
        | 'client.erased'
        | 'webhook.disabled'
        | 'webhook.test'
        | 'rule.alarm'
      )[]
      /**
       * @description Where events are POSTed to: https, and an address that is public, unless the service was told otherwise.
       * @example https://hooks.example.com/tidings
       */
      url: string
    }
    WebhookRotation: {
      /**
       * @description How long the secret so far signs as well.
       * @default 86400
       */
      overlap_seconds?: number
    }
    WebhookTested: {
      attempt: components['schemas']['WebhookAttempt']
      /** @description Whether the answer was 2xx. */
      delivered: boolean
      /** @description What was sent. */
      event: {
        [key: string]: unknown
      }
      /** @enum {boolean} */
      success: true
    }
    /** @description Options of the browser’s `Notification`. */
    WebNotification: {
      actions?: {
        action: string
        /** @description An address: https://… */
        icon?: string
        /** @description An address: https://… */
        navigate?: string
        title: string
      }[]
      /** @description The address of a small picture, not a number. */
      badge?: string
      /** @description In place of the common one. */
      body?: string
      /** @description Anything of your own. */
      data?: unknown
      /** @enum {string} */
      dir?: 'auto' | 'ltr' | 'rtl'
      icon?: string
      image?: string
      /** @description BCP 47. */
      lang?: string
      navigate?: string
      renotify?: boolean
      /** @description It stays until somebody acts on it. */
      requireInteraction?: boolean
      silent?: boolean | null
      /** @description A later notification with this tag takes the place of this one. */
      tag?: string
      timestamp?: number
      /** @description In place of the common one. */
      title?: string
      vibrate?: number | number[]
    }
    /** @description FCM’s `WebpushConfig`. */
    WebpushConfig: {
      data?: {
        [key: string]: string
      }
      fcm_options?: components['schemas']['WebpushFcmOptions']
      /** @description `TTL`, `Urgency`, `Topic`. */
      headers?: {
        [key: string]: string
      }
      notification?: components['schemas']['WebNotification']
    }
    /** @description FCM’s `WebpushFcmOptions`. */
    WebpushFcmOptions: {
      /** @description 1 to 50 letters, digits and - _ . ~ %. */
      analytics_label?: string
      /** @description Opened on a click: https://… */
      link?: string
    }
    WebPushKey: {
      /** @description `applicationServerKey` for `PushManager.subscribe()`, in base64url. */
      public_key: string
      /** @enum {boolean} */
      success: true
    }
    /** @description A browser, and all that is known of it: what is left out is forgotten. */
    WebSubscriptionRequest: {
      /**
       * @description Your name for the app.
       * @example com.example.shop
       */
      app?: string
      /**
       * @description The key that the page subscribed with, so that another one than ours is found out.
       * @example BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8
       */
      application_server_key?: string
      /**
       * @description Whose it is: a number, with its country code.
       * @example +201009129288
       */
      client?: string
      /**
       * @description A language tag (BCP 47).
       * @example en
       * @example pt-BR
       */
      locale?: string
      /** @description What `PushSubscription.toJSON()` gives. */
      subscription: {
        /**
         * @description Where its push service takes pushes for it.
         * @example https://updates.push.services.mozilla.com/wpush/v2/gAAAAA
         */
        endpoint: string
        expirationTime?: number | null
        keys: {
          /**
           * @description Its secret: 16 bytes in base64url.
           * @example BTBZMqHH6r4Tts7J_aSIgg
           */
          auth: string
          /**
           * @description Its public key: 65 bytes in base64url.
           * @example BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4
           */
          p256dh: string
        }
      }
      /**
       * @description Where it is, as IANA names it.
       * @example Africa/Cairo
       * @example Europe/Berlin
       */
      time_zone?: string
    }
    Wording: {
      body: string
      image?: string
      link?: string
      /** @description BCP 47. */
      locale: string
      /** @description How many devices have these words. */
      targets: number
      /** @description `name@version/locale`. */
      template: string
      title: string
    }
    WordingDryRun: {
      body: string
      /** @description Keys and values, as FCM counts them. */
      bytes: number
      image?: string
      link?: string
      /** @description BCP 47. */
      locale: string
      /** @description How many devices have these words. */
      targets: number
      /** @description `name@version/locale`. */
      template: string
      title: string
    }
  }
  responses: never
  parameters: never
  requestBodies: never
  headers: never
  pathItems: never
}
export interface operations {
  listAudit: {
    parameters: {
      query?: {
        /** @description `key.created`, or `key.*` for all that concerns keys. */
        act?: string
        /** @description Who did it, as an entry has it. */
        caller?: string
        /** @description `next` of the page before. */
        cursor?: string
        limit?: number
        /** @description From then on: a day (`2026-03-01`, in UTC) or a time (`2026-03-01T14:02:11Z`). */
        since?: string
        /** @description Earlier than that: a day (`2026-03-01`, in UTC) or a time (`2026-03-01T14:02:11Z`). */
        until?: string
        /** @description What it was done to. */
        what?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page of acts. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AuditList']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  exportAudit: {
    parameters: {
      query?: {
        /** @description `key.created`, or `key.*` for all that concerns keys. */
        act?: string
        /** @description Who did it, as an entry has it. */
        caller?: string
        format?: 'csv' | 'ndjson'
        /** @description From then on: a day (`2026-03-01`, in UTC) or a time (`2026-03-01T14:02:11Z`). */
        since?: string
        /** @description Earlier than that: a day (`2026-03-01`, in UTC) or a time (`2026-03-01T14:02:11Z`). */
        until?: string
        /** @description What it was done to. */
        what?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The rows. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/x-ndjson': string
          'text/csv': string
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  listClients: {
    parameters: {
      query?: {
        /** @description `next` of the page before. */
        cursor?: string
        limit?: number
        /** @description A search: terms `word:value`, apart by blanks, that must all hold. Words: `to:` `country:` `before:` `after:` `last:`. `-` negates, quotes keep blanks together. */
        q?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ClientList']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  readClient: {
    parameters: {
      query?: {
        /** @description `next` of the page before. */
        cursor?: string
        limit?: number
        /** @description A search: terms `word:value`, apart by blanks, that must all hold. Words: `to:` `status:` `via:` `tag:` `code:` `text:` `key:` `country:` `before:` `after:` `last:`. `-` negates, quotes keep blanks together. */
        q?: string
      }
      header?: never
      path: {
        /** @description The number, with its country code. */
        contact: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ClientHistory']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  eraseClient: {
    parameters: {
      query?: {
        dry_run?: boolean
      }
      header?: never
      path: {
        /** @description The number, with its country code. */
        contact: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description What was reached. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ClientErased']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  exportClients: {
    parameters: {
      query?: {
        format?: 'csv' | 'ndjson'
        /** @description A search: terms `word:value`, apart by blanks, that must all hold. Words: `to:` `country:` `before:` `after:` `last:`. `-` negates, quotes keep blanks together. */
        q?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The rows. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/x-ndjson': string
          'text/csv': string
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  listErrors: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The error reference. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ErrorPageList']
          'text/html': string
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  readError: {
    parameters: {
      query?: never
      header?: never
      path: {
        code: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description What, why, how to fix it. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ErrorPageAnswer']
          'text/html': string
          'text/plain': string
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  followEvents: {
    parameters: {
      query?: {
        /** @description `full`: also to whom, and what it said, as it stands when it is told. */
        payload?: 'thin' | 'full'
        /** @description A search: terms `word:value`, apart by blanks, that must all hold. Words: `to:` `status:` `via:` `topic:` `tag:` `code:` `country:`. `-` negates, quotes keep blanks together. */
        q?: string
        /** @description Where to begin: the id of an event, after it; or a time. Now unless given. */
        since?: string
        /** @description Which events, apart by commas; all unless given. There are `sms.captured`, `sms.scheduled`, `sms.queued`, `sms.sending`, `sms.sent`, `sms.delivered`, `sms.received`, `sms.opened`, `sms.uncertain`, `sms.undelivered`, `sms.failed`, `sms.rejected`, `sms.expired`, `sms.suppressed`, `sms.cancelled`, `push.captured`, `push.sent`, `push.delivered`, `push.received`, `push.opened`, `push.uncertain`, `push.undelivered`, `push.failed`, `push.rejected`, `push.expired`, `push.suppressed`, `push.cancelled`, `sms.inbound`, `token.retired`, `client.opted_out`, `client.opted_in`, `client.erased`, `webhook.disabled`, `webhook.test`, `rule.alarm`. */
        types?: string
      }
      header?: {
        /** @description The `id` of the last event that came. */
        'Last-Event-ID'?: string
      }
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Events, without an end. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'text/event-stream': string
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  reportEvidence: {
    parameters: {
      query?: never
      header?: never
      path: {
        evidence: 'received' | 'opened'
        ticket: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Stored, now or before. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Done']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  listInbound: {
    parameters: {
      query?: {
        /** @description Only from this number, or this short code or name. */
        contact?: string
        /** @description `next` of the page before. */
        cursor?: string
        limit?: number
        /** @description `true`: only those that sound like a STOP, and are none by the letter. */
        review?: boolean
        /** @description Those that came from then on: a day (`2026-03-01`, in UTC) or a time (`2026-03-01T14:02:11Z`). */
        since?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page of texts. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['InboundList']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  listInbox: {
    parameters: {
      query?: {
        channel?: 'sms' | 'push'
        /** @description `next` of the page before. */
        cursor?: string
        limit?: number
        /** @description An RFC 3339 time, or an item’s `id`: only what was accepted after it. */
        since?: string
        tag?: string
        /** @description A number in any spelling, a token, `topic:name`, or `several` for several targets at once. */
        to?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page of messages. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['InboxList']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  emptyInbox: {
    parameters: {
      query?: {
        tag?: string
        /** @description A number in any spelling, a token, `topic:name`, or `several` for several targets at once. */
        to?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description How many are gone. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['InboxDeleted']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  playLife: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['InboxPlay']
      }
    }
    responses: {
      /** @description It began. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['InboxItemAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  followInbox: {
    parameters: {
      query?: never
      header?: {
        /** @description The `id` of the last event that came. */
        'Last-Event-ID'?: string
      }
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Events, without an end. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'text/event-stream': string
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  listInboxThreads: {
    parameters: {
      query?: {
        /** @description `next` of the page before. */
        cursor?: string
        limit?: number
        /** @description Digits of a number, a part of a topic’s name, or a whole token. */
        q?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page of recipients. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['InboxThreadList']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  waitForMessage: {
    parameters: {
      query?: {
        channel?: 'sms' | 'push'
        extract?: 'code'
        /** @description An RFC 3339 time, or an item’s `id`: only what was accepted after it. Without it: at most 5 seconds before the call. Note the time before you do what sends the message, or give the `id` of the last one. */
        since?: string
        tag?: string
        /** @description Seconds. 0: look once. */
        timeout?: number
        /** @description A number in any spelling, a token, `topic:name`, or `several` for several targets at once. */
        to?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The message. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['InboxWaited']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  listKeys: {
    parameters: {
      query?: {
        /** @description `next` of the page before. */
        cursor?: string
        limit?: number
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page of keys. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['KeyList']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  createKey: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['KeyRequest']
      }
    }
    responses: {
      /** @description Made. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['KeyMade']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  readKey: {
    parameters: {
      query?: never
      header?: never
      path: {
        /** @description The `id` of a key. */
        key: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The key. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['KeyAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  revokeKey: {
    parameters: {
      query?: never
      header?: never
      path: {
        /** @description The `id` of a key. */
        key: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Revoked, now or before. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['KeyAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  changeKey: {
    parameters: {
      query?: never
      header?: never
      path: {
        /** @description The `id` of a key. */
        key: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['KeyChange']
      }
    }
    responses: {
      /** @description Changed. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['KeyAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  rotateKey: {
    parameters: {
      query?: never
      header?: never
      path: {
        /** @description The `id` of a key. */
        key: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['KeyRotation']
      }
    }
    responses: {
      /** @description The key with its other secret. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['KeyMade']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  isAlive: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description It does. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Done']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  readMetrics: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description One line for each figure. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/openmetrics-text': string
          'text/plain': string
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  listNotifications: {
    parameters: {
      query?: {
        /** @description `next` of the page before. */
        cursor?: string
        limit?: number
        /** @description A search: terms `word:value`, apart by blanks, that must all hold. Words: `to:` `status:` `via:` `topic:` `tag:` `code:` `text:` `key:` `before:` `after:` `last:`. `-` negates, quotes keep blanks together. */
        q?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['NotificationList']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  readNotification: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The notification, with how many of its targets stand where. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['NotificationAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  cancelNotification: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The notification, with how many of its targets stand where. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['NotificationAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  listDeliveries: {
    parameters: {
      query?: {
        /** @description `next` of the page before. */
        cursor?: string
        limit?: number
        /** @description Those alone that are in this status. */
        status?:
          | 'captured'
          | 'scheduled'
          | 'queued'
          | 'sending'
          | 'sent'
          | 'delivered'
          | 'received'
          | 'opened'
          | 'uncertain'
          | 'undelivered'
          | 'failed'
          | 'rejected'
          | 'expired'
          | 'suppressed'
          | 'cancelled'
      }
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page of targets. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['DeliveryList']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  exportDeliveries: {
    parameters: {
      query?: {
        format?: 'csv' | 'ndjson'
        /** @description Those alone that are in this status. */
        status?:
          | 'captured'
          | 'scheduled'
          | 'queued'
          | 'sending'
          | 'sent'
          | 'delivered'
          | 'received'
          | 'opened'
          | 'uncertain'
          | 'undelivered'
          | 'failed'
          | 'rejected'
          | 'expired'
          | 'suppressed'
          | 'cancelled'
      }
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The rows. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/x-ndjson': string
          'text/csv': string
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  pauseNotification: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The notification, with how many of its targets stand where. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['NotificationAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  resendNotification: {
    parameters: {
      query?: never
      header?: {
        /** @description Makes a repeated call answer with the first one’s answer, for 24 hours. */
        'Idempotency-Key'?: string
        /** @description `wait=N`, 1 to 60 seconds: answer when the provider has taken or refused it (RFC 7240). */
        Prefer?: string
      }
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NotificationResend']
      }
    }
    responses: {
      /** @description Accepted. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['NotificationAccepted'] | components['schemas']['PushDryRun']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  resumeNotification: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The notification, with how many of its targets stand where. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['NotificationAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  pushToDevices: {
    parameters: {
      query?: never
      header?: {
        /** @description Makes a repeated call answer with the first one’s answer, for 24 hours. */
        'Idempotency-Key'?: string
        /** @description `wait=N`, 1 to 60 seconds: answer when the provider has taken or refused it (RFC 7240). */
        Prefer?: string
      }
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['DevicesPush']
      }
    }
    responses: {
      /** @description Accepted. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['NotificationAccepted'] | components['schemas']['PushDryRun']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  exportNotifications: {
    parameters: {
      query?: {
        format?: 'csv' | 'ndjson'
        /** @description A search: terms `word:value`, apart by blanks, that must all hold. Words: `to:` `status:` `via:` `topic:` `tag:` `code:` `text:` `key:` `before:` `after:` `last:`. `-` negates, quotes keep blanks together. */
        q?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The rows. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/x-ndjson': string
          'text/csv': string
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  pushToTokens: {
    parameters: {
      query?: never
      header?: {
        /** @description Makes a repeated call answer with the first one’s answer, for 24 hours. */
        'Idempotency-Key'?: string
        /** @description `wait=N`, 1 to 60 seconds: answer when the provider has taken or refused it (RFC 7240). */
        Prefer?: string
      }
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['TokensRequest']
        'application/x-ndjson': string
      }
    }
    responses: {
      /** @description Accepted. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['NotificationAccepted'] | components['schemas']['PushDryRun']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  pushToTopic: {
    parameters: {
      query?: never
      header?: {
        /** @description Makes a repeated call answer with the first one’s answer, for 24 hours. */
        'Idempotency-Key'?: string
        /** @description `wait=N`, 1 to 60 seconds: answer when the provider has taken or refused it (RFC 7240). */
        Prefer?: string
      }
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['TopicRequest']
      }
    }
    responses: {
      /** @description Accepted. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['NotificationAccepted'] | components['schemas']['PushDryRun']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  listOptOuts: {
    parameters: {
      query?: {
        /** @description Only this number. */
        contact?: string
        /** @description `next` of the page before. */
        cursor?: string
        limit?: number
        /** @description Only of these senders. */
        sender_group?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page of opt-outs. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['OptOutList']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  addOptOut: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['OptOutRequest']
      }
    }
    responses: {
      /** @description Entered, now or before. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['OptOutAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  removeOptOut: {
    parameters: {
      query?: {
        /** @description Only of these senders; else of all. */
        sender_group?: string
      }
      header?: never
      path: {
        /** @description The number, with its country code. */
        contact: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Ended. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['OptOutRemoved']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  pauseSending: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['PauseRequest']
      }
    }
    responses: {
      /** @description All that is paused now. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PauseList']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  listPauses: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The oldest first. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PauseList']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  isReady: {
    parameters: {
      query?: {
        /** @description Needs no value. */
        verbose?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description All checks passed. `warnings`: providers that would not take a message now; calls are accepted all the same, and wait. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Ready'] | components['schemas']['Checks']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  resumeSending: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['ResumeRequest']
      }
    }
    responses: {
      /** @description What is still paused. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Resumed']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  readRoutes: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description As it is now. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['SmsRoutesAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  listSms: {
    parameters: {
      query?: {
        /** @description `next` of the page before. */
        cursor?: string
        limit?: number
        /** @description A search: terms `word:value`, apart by blanks, that must all hold. Words: `to:` `status:` `via:` `tag:` `code:` `text:` `key:` `country:` `before:` `after:` `last:`. `-` negates, quotes keep blanks together. */
        q?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['SmsList']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  sendSms: {
    parameters: {
      query?: never
      header?: {
        /** @description Makes a repeated call answer with the first one’s answer, for 24 hours. */
        'Idempotency-Key'?: string
        /** @description `wait=N`, 1 to 60 seconds: answer when the provider has taken or refused it (RFC 7240). */
        Prefer?: string
      }
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['SmsRequest']
      }
    }
    responses: {
      /** @description Accepted. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['SmsAccepted'] | components['schemas']['SmsDryRun']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  readSms: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The message with its attempts. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['SmsAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  cancelSms: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The message, cancelled. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['SmsAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  markSmsConverted: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Noted. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Converted']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  resendSms: {
    parameters: {
      query?: never
      header?: {
        /** @description Makes a repeated call answer with the first one’s answer, for 24 hours. */
        'Idempotency-Key'?: string
        /** @description `wait=N`, 1 to 60 seconds: answer when the provider has taken or refused it (RFC 7240). */
        Prefer?: string
      }
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['SmsResend']
      }
    }
    responses: {
      /** @description Accepted. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['SmsAccepted'] | components['schemas']['SmsDryRun']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  sendSmsBatch: {
    parameters: {
      query?: never
      header?: {
        /** @description A repeated call in JSON is answered as the first one was. In NDJSON each item without a `key` of its own is known by this one and its place. */
        'Idempotency-Key'?: string
      }
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['SmsBatchRequest']
        'application/x-ndjson': string
      }
    }
    responses: {
      /** @description What became of each item. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['SmsBatchAnswer']
          'application/x-ndjson': string
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  exportSms: {
    parameters: {
      query?: {
        format?: 'csv' | 'ndjson'
        /** @description A search: terms `word:value`, apart by blanks, that must all hold. Words: `to:` `status:` `via:` `tag:` `code:` `text:` `key:` `country:` `before:` `after:` `last:`. `-` negates, quotes keep blanks together. */
        q?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The rows. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/x-ndjson': string
          'text/csv': string
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  listTemplates: {
    parameters: {
      query?: {
        /** @description `next` of the page before. */
        cursor?: string
        limit?: number
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page of templates. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TemplateList']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  readTemplate: {
    parameters: {
      query?: {
        /** @description Else the newest. */
        version?: number
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description One version of it. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TemplateAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  putTemplate: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['TemplateRequest']
      }
    }
    responses: {
      /** @description It is kept. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TemplateStored']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteTemplate: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description It is gone. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Done']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  previewTemplate: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['TemplatePreviewRequest']
      }
    }
    responses: {
      /** @description The message. Nothing is sent or stored. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TemplatePreviewAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  listTemplateVersions: {
    parameters: {
      query?: {
        /** @description `next` of the page before. */
        cursor?: string
        limit?: number
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page of versions. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TemplateVersionList']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  listTokens: {
    parameters: {
      query?: {
        /** @description `next` of the page before. */
        cursor?: string
        limit?: number
        /** @description A search: terms `word:value`, apart by blanks, that must all hold. Words: `to:` `client:` `platform:` `app:` `locale:` `state:` `code:` `before:` `after:` `last:`. `-` negates, quotes keep blanks together. */
        q?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TokenList']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  putTokens: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['DevicesRequest']
        'application/x-ndjson': string
      }
    }
    responses: {
      /** @description What became of each. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['DevicesAnswer']
          'application/x-ndjson': string
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteTokens: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['TokensDelete']
      }
    }
    responses: {
      /** @description Taken away. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TokensDeleted']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  readToken: {
    parameters: {
      query?: never
      header?: never
      path: {
        /** @description The registration token, or the installation id; percent-encoded where it has other characters than - . _ ~. */
        token: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description What is known of it. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TokenAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  putToken: {
    parameters: {
      query?: never
      header?: never
      path: {
        /** @description The registration token, or the installation id; percent-encoded where it has other characters than - . _ ~. */
        token: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['DeviceRequest']
      }
    }
    responses: {
      /** @description The device as it is stored. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TokenAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteToken: {
    parameters: {
      query?: never
      header?: never
      path: {
        /** @description The registration token, or the installation id; percent-encoded where it has other characters than - . _ ~. */
        token: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Taken away. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TokensDeleted']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  restoreToken: {
    parameters: {
      query?: never
      header?: never
      path: {
        /** @description The registration token, or the installation id; percent-encoded where it has other characters than - . _ ~. */
        token: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The device as it is now. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TokenAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  exportTokens: {
    parameters: {
      query?: {
        format?: 'csv' | 'ndjson'
        /** @description A search: terms `word:value`, apart by blanks, that must all hold. Words: `to:` `client:` `platform:` `app:` `locale:` `state:` `code:` `before:` `after:` `last:`. `-` negates, quotes keep blanks together. */
        q?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The rows. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/x-ndjson': string
          'text/csv': string
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  restoreTokens: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['TokensRestore']
      }
    }
    responses: {
      /** @description Undone. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TokensRestored']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  listTopics: {
    parameters: {
      query?: {
        /** @description `next` of the page before. */
        cursor?: string
        limit?: number
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page of topics. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TopicList']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  listTopicSubscriptions: {
    parameters: {
      query?: {
        /** @description `next` of the page before. */
        cursor?: string
        limit?: number
        /** @description Only these. */
        state?: 'subscribing' | 'subscribed' | 'unsubscribing' | 'unsubscribed' | 'failed'
      }
      header?: never
      path: {
        /** @description Its name; `%` in it is written as `%25`. */
        topic: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page of devices, the newest first. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TopicSubscriptionList']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  subscribeToTopic: {
    parameters: {
      query?: never
      header?: {
        /** @description `wait=N`, 1 to 60 seconds: answer when FCM has been told of up to 10,000 devices (RFC 7240). */
        Prefer?: string
      }
      path: {
        /** @description Its name; `%` in it is written as `%25`. */
        topic: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['TopicDevices']
        'application/x-ndjson': string
      }
    }
    responses: {
      /** @description Stored. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TopicChanged']
          'application/x-ndjson': string
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  unsubscribeFromTopic: {
    parameters: {
      query?: never
      header?: {
        /** @description `wait=N`, 1 to 60 seconds: answer when FCM has been told of up to 10,000 devices (RFC 7240). */
        Prefer?: string
      }
      path: {
        /** @description Its name; `%` in it is written as `%25`. */
        topic: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['TopicDevices']
        'application/x-ndjson': string
      }
    }
    responses: {
      /** @description Stored. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TopicChanged']
          'application/x-ndjson': string
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  listWebhooks: {
    parameters: {
      query?: {
        /** @description `next` of the page before. */
        cursor?: string
        limit?: number
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page of webhooks. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['WebhookList']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  createWebhook: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WebhookRequest']
      }
    }
    responses: {
      /** @description Made. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['WebhookMade']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  readWebhook: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The webhook. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['WebhookAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteWebhook: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Removed. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Done']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  changeWebhook: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WebhookChange']
      }
    }
    responses: {
      /** @description Changed. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['WebhookAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  listWebhookDeliveries: {
    parameters: {
      query?: {
        /** @description `next` of the page before. */
        cursor?: string
        limit?: number
        /** @description Those that were handed out from then on: a day (`2026-03-01`, in UTC) or a time (`2026-03-01T14:02:11Z`). */
        since?: string
        status?: 'queued' | 'delivered' | 'failed'
        /** @description Of the event. */
        type?: string
      }
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description A page of deliveries. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['WebhookDeliveryList']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  replayWebhook: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WebhookReplayRequest']
      }
    }
    responses: {
      /** @description So many are due. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['WebhookReplayed']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  rotateWebhookSecret: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WebhookRotation']
      }
    }
    responses: {
      /** @description The webhook with its other secret. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['WebhookMade']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  testWebhook: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description What came of it. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['WebhookTested']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  readWebhookDelivery: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The delivery. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['WebhookDeliveryAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  replayWebhookDelivery: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description It is due. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['WebhookDeliveryAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  readWebPushKey: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The public half of the VAPID pair. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['WebPushKey']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  putWebSubscription: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WebSubscriptionRequest']
      }
    }
    responses: {
      /** @description The device as it is stored. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TokenAnswer']
        }
      }
      /** @description It failed. */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
}
