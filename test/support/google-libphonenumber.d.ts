/** What the tests use of a package that comes without types. */
declare module 'google-libphonenumber' {
  interface PhoneNumber {
    getCountryCode(): number
  }

  interface PhoneNumberUtil {
    getSupportedRegions(): string[]
    getExampleNumberForType(region: string, type: number): PhoneNumber | null
    parse(text: string, region?: string): PhoneNumber
    isPossibleNumberWithReason(number: PhoneNumber): number
    isValidNumber(number: PhoneNumber): boolean
    getRegionCodeForNumber(number: PhoneNumber): string | undefined
    format(number: PhoneNumber, format: number): string
  }

  const library: {
    readonly PhoneNumberUtil: { getInstance(): PhoneNumberUtil }
    readonly PhoneNumberFormat: { readonly E164: number; readonly INTERNATIONAL: number; readonly NATIONAL: number }
    readonly PhoneNumberType: Readonly<Record<string, number>>
  }
  export = library
}
