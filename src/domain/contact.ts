declare const brand: unique symbol

/** A phone number in E.164: `+` and 2 to 15 digits, the first not 0. Source: ITU-T E.164 §6. */
export type Msisdn = string & { readonly [brand]: 'Msisdn' }
