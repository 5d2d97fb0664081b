/** Countries whose numbers are all in one time zone. Source: the time zone database (IANA), zone.tab. */
const ONE_ZONE = `
  AD Europe/Andorra; AE Asia/Dubai; AF Asia/Kabul; AG America/Antigua; AI America/Anguilla; AL Europe/Tirane; AM Asia/Yerevan;
  AO Africa/Luanda; AS Pacific/Pago_Pago; AT Europe/Vienna; AW America/Aruba; AX Europe/Mariehamn; AZ Asia/Baku; BA Europe/Sarajevo;
  BB America/Barbados; BD Asia/Dhaka; BE Europe/Brussels; BF Africa/Ouagadougou; BG Europe/Sofia; BH Asia/Bahrain; BI Africa/Bujumbura;
  BJ Africa/Porto-Novo; BL America/St_Barthelemy; BM Atlantic/Bermuda; BN Asia/Brunei; BO America/La_Paz; BQ America/Kralendijk;
  BS America/Nassau; BT Asia/Thimphu; BW Africa/Gaborone; BY Europe/Minsk; BZ America/Belize; CC Indian/Cocos; CF Africa/Bangui;
  CG Africa/Brazzaville; CH Europe/Zurich; CI Africa/Abidjan; CK Pacific/Rarotonga; CM Africa/Douala; CO America/Bogota;
  CR America/Costa_Rica; CU America/Havana; CV Atlantic/Cape_Verde; CW America/Curacao; CX Indian/Christmas; CZ Europe/Prague;
  DJ Africa/Djibouti; DK Europe/Copenhagen; DM America/Dominica; DO America/Santo_Domingo; DZ Africa/Algiers; EE Europe/Tallinn;
  EG Africa/Cairo; EH Africa/El_Aaiun; ER Africa/Asmara; ET Africa/Addis_Ababa; FI Europe/Helsinki; FJ Pacific/Fiji;
  FK Atlantic/Stanley; FO Atlantic/Faroe; FR Europe/Paris; GA Africa/Libreville; GB Europe/London; GD America/Grenada; GE Asia/Tbilisi;
  GF America/Cayenne; GG Europe/Guernsey; GH Africa/Accra; GI Europe/Gibraltar; GM Africa/Banjul; GN Africa/Conakry;
  GP America/Guadeloupe; GQ Africa/Malabo; GR Europe/Athens; GT America/Guatemala; GU Pacific/Guam; GW Africa/Bissau;
  GY America/Guyana; HK Asia/Hong_Kong; HN America/Tegucigalpa; HR Europe/Zagreb; HT America/Port-au-Prince; HU Europe/Budapest;
  IE Europe/Dublin; IL Asia/Jerusalem; IM Europe/Isle_of_Man; IN Asia/Kolkata; IO Indian/Chagos; IQ Asia/Baghdad; IR Asia/Tehran;
  IS Atlantic/Reykjavik; IT Europe/Rome; JE Europe/Jersey; JM America/Jamaica; JO Asia/Amman; JP Asia/Tokyo; KE Africa/Nairobi;
  KG Asia/Bishkek; KH Asia/Phnom_Penh; KM Indian/Comoro; KN America/St_Kitts; KP Asia/Pyongyang; KR Asia/Seoul; KW Asia/Kuwait;
  KY America/Cayman; LA Asia/Vientiane; LB Asia/Beirut; LC America/St_Lucia; LI Europe/Vaduz; LK Asia/Colombo; LR Africa/Monrovia;
  LS Africa/Maseru; LT Europe/Vilnius; LU Europe/Luxembourg; LV Europe/Riga; LY Africa/Tripoli; MA Africa/Casablanca; MC Europe/Monaco;
  MD Europe/Chisinau; ME Europe/Podgorica; MF America/Marigot; MG Indian/Antananarivo; MK Europe/Skopje; ML Africa/Bamako;
  MM Asia/Yangon; MO Asia/Macau; MP Pacific/Saipan; MQ America/Martinique; MR Africa/Nouakchott; MS America/Montserrat;
  MT Europe/Malta; MU Indian/Mauritius; MV Indian/Maldives; MW Africa/Blantyre; MZ Africa/Maputo; NA Africa/Windhoek;
  NC Pacific/Noumea; NE Africa/Niamey; NF Pacific/Norfolk; NG Africa/Lagos; NI America/Managua; NL Europe/Amsterdam; NO Europe/Oslo;
  NP Asia/Kathmandu; NR Pacific/Nauru; NU Pacific/Niue; OM Asia/Muscat; PA America/Panama; PE America/Lima; PH Asia/Manila;
  PK Asia/Karachi; PL Europe/Warsaw; PM America/Miquelon; PR America/Puerto_Rico; PW Pacific/Palau; PY America/Asuncion; QA Asia/Qatar;
  RE Indian/Reunion; RO Europe/Bucharest; RS Europe/Belgrade; RW Africa/Kigali; SA Asia/Riyadh; SB Pacific/Guadalcanal; SC Indian/Mahe;
  SD Africa/Khartoum; SE Europe/Stockholm; SG Asia/Singapore; SH Atlantic/St_Helena; SI Europe/Ljubljana; SJ Arctic/Longyearbyen;
  SK Europe/Bratislava; SL Africa/Freetown; SM Europe/San_Marino; SN Africa/Dakar; SO Africa/Mogadishu; SR America/Paramaribo;
  SS Africa/Juba; ST Africa/Sao_Tome; SV America/El_Salvador; SX America/Lower_Princes; SY Asia/Damascus; SZ Africa/Mbabane;
  TC America/Grand_Turk; TD Africa/Ndjamena; TG Africa/Lome; TH Asia/Bangkok; TJ Asia/Dushanbe; TK Pacific/Fakaofo; TL Asia/Dili;
  TM Asia/Ashgabat; TN Africa/Tunis; TO Pacific/Tongatapu; TR Europe/Istanbul; TT America/Port_of_Spain; TV Pacific/Funafuti;
  TW Asia/Taipei; TZ Africa/Dar_es_Salaam; UG Africa/Kampala; UY America/Montevideo; VA Europe/Vatican; VC America/St_Vincent;
  VE America/Caracas; VG America/Tortola; VI America/St_Thomas; VN Asia/Ho_Chi_Minh; VU Pacific/Efate; WF Pacific/Wallis;
  WS Pacific/Apia; YE Asia/Aden; YT Indian/Mayotte; ZA Africa/Johannesburg; ZM Africa/Lusaka; ZW Africa/Harare;
  AC Atlantic/St_Helena; TA Atlantic/St_Helena; XK Europe/Belgrade; AR America/Argentina/Buenos_Aires; CY Asia/Nicosia; DE Europe/Berlin;
  MH Pacific/Majuro; MY Asia/Kuala_Lumpur; PS Asia/Gaza; UA Europe/Kiev; UZ Asia/Tashkent`

/**
 * Countries with clocks that differ: one zone for each way they go today. Zones that went apart in the past alone stand once. Source: the
 * time zone database (IANA), zone.tab and the rules of each zone.
 */
const SEVERAL_ZONES = `
  AU Australia/Sydney Australia/Brisbane Australia/Adelaide Australia/Darwin Australia/Perth Australia/Eucla Australia/Lord_Howe;
  BR America/Sao_Paulo America/Noronha America/Manaus America/Rio_Branco;
  CA America/Toronto America/Vancouver America/Edmonton America/Winnipeg America/Regina America/Halifax America/St_Johns America/Whitehorse
    America/Puerto_Rico America/Panama;
  CD Africa/Kinshasa Africa/Lubumbashi; CL America/Santiago America/Punta_Arenas Pacific/Easter; CN Asia/Shanghai Asia/Urumqi;
  EC America/Guayaquil Pacific/Galapagos; ES Europe/Madrid Atlantic/Canary; FM Pacific/Chuuk Pacific/Pohnpei;
  GL America/Nuuk America/Danmarkshavn America/Scoresbysund America/Thule; ID Asia/Jakarta Asia/Makassar Asia/Jayapura;
  KI Pacific/Tarawa Pacific/Kanton Pacific/Kiritimati; KZ Asia/Almaty Asia/Aqtobe; MN Asia/Ulaanbaatar Asia/Hovd;
  MX America/Mexico_City America/Cancun America/Hermosillo America/Tijuana America/Ciudad_Juarez America/Matamoros;
  NZ Pacific/Auckland Pacific/Chatham; PF Pacific/Tahiti Pacific/Marquesas Pacific/Gambier; PG Pacific/Port_Moresby Pacific/Bougainville;
  PT Europe/Lisbon Atlantic/Azores;
  RU Europe/Moscow Europe/Kaliningrad Europe/Samara Asia/Yekaterinburg Asia/Omsk Asia/Novosibirsk Asia/Irkutsk Asia/Yakutsk Asia/Vladivostok
    Asia/Magadan Asia/Kamchatka;
  US America/New_York America/Chicago America/Denver America/Phoenix America/Los_Angeles America/Anchorage America/Adak Pacific/Honolulu`

/**
 * Area codes of the United States and Canada by the zones of the places they serve; one that is not here may be in any of its country's.
 * Those of other countries of the plan are known by the country. Sources: NANPA, "Area Code Map" and its planning letters; the boundaries of
 * 49 CFR part 71; the time zone database for Canada.
 */
const AREAS = `
  America/New_York: 201 202 203 207 212 215 216 220 223 227 229 231 234 239 240 248 252 260 267 269 272 276 283 301 302 304 305 313 315 317
    321 324 326 329 330 332 336 339 347 351 352 363 380 386 401 404 407 410 412 413 419 434 440 443 445 463 470 472 475 478 484 502 508
    513 516 517 518 540 551 561 567 570 571 582 585 586 603 607 609 610 614 616 617 631 640 645 646 656 667 678 680 681 686 689 703
    704 706 716 717 718 724 727 728 732 734 740 743 754 757 762 765 770 771 772 774 781 786 802 803 804 810 813 814 821 826 828 835 838 839
    843 845 848 854 856 857 859 860 862 863 864 865 878 904 908 910 912 914 917 919 929 934 937 941 943 947 948 954 959 973 978 980 984 989;
  America/Chicago: 205 210 214 217 218 224 225 228 235 251 254 256 262 274 281 309 312 314 316 318 319 320 325 327 331 334 337 346 353 361
    402 405 409 414 417 430 432 447 464 469 479 501 504 507 512 515 531 534 539 557 563 572 573 580 601 608 612 615 618 629 630 636 641
    651 659 660 662 682 708 712 713 715 726 730 731 737 763 769 773 779 806 815 816 817 830 832 847 870 872 901 903 913 918 920 936
    938 940 945 952 956 972 975 979 985;
  America/Denver: 303 307 385 406 435 505 575 719 720 748 801 915 970 983;
  America/Phoenix: 480 520 602 623;
  America/Los_Angeles: 206 209 213 253 279 310 323 341 350 360 369 408 415 424 425 442 503 509 510 530 559 562 564 619 626 628 650 657
    661 669 702 707 714 725 738 747 760 805 818 820 831 840 858 909 916 925 949 951 971;
  America/New_York America/Chicago: 219 270 364 423 448 574 606 812 850 906 930 931;
  America/Chicago America/Denver: 308 605 620 701 785;
  America/Denver America/Los_Angeles: 208 458 541 775 986;
  America/Phoenix America/Denver: 928;
  America/Anchorage America/Adak: 907;
  Pacific/Honolulu: 808;
  America/Toronto: 226 249 263 289 343 354 365 382 416 437 438 450 468 514 519 548 579 613 647 683 705 742 753 819 873 905 942;
  America/Toronto America/Halifax America/Puerto_Rico: 273 367 418 581;
  America/Toronto America/Winnipeg America/Panama: 807;
  America/Winnipeg: 204 431 584;
  America/Regina America/Edmonton: 306 474 639;
  America/Edmonton: 368 403 587 780 825;
  America/Vancouver: 604;
  America/Vancouver America/Edmonton America/Whitehorse: 236 250 257 672 778;
  America/Halifax: 428 506 782 902;
  America/St_Johns America/Halifax: 709 879;
  America/Toronto America/Winnipeg America/Edmonton America/Whitehorse America/Panama: 867`

/** By country, ISO 3166-1 alpha-2; the zone of most people first. */
export const COUNTRY_ZONES: ReadonlyMap<string, readonly string[]> = new Map(
  entriesOf(`${ONE_ZONE};${SEVERAL_ZONES}`).map((entry) => {
    const [country = '', ...zones] = wordsOf(entry)
    return [country, zones]
  }),
)

/** By the three digits after +1. */
export const AREA_ZONES: ReadonlyMap<string, readonly string[]> = new Map(
  entriesOf(AREAS).flatMap((entry) => {
    const [zones = '', codes = ''] = entry.split(':')
    return wordsOf(codes).map((code) => [code, wordsOf(zones)] as const)
  }),
)

function entriesOf(table: string): readonly string[] {
  return table.split(';').filter((entry) => entry.trim() !== '')
}

function wordsOf(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}
