/**
 * The time zones of every area code of the US, its territories that are served, and Canada: all zones of one that lies in several.
 *
 * Source: the time zone map of Google's libphonenumber (resources/timezones/map_data.txt, as of 17 July 2026), all exchanges of a
 * code taken together, since numbers are ported within it. Mended by the maps of NANPA and CNAC (planning letters): an overlay has the
 * zones of the code that it overlays (236, 257, 364, 367, 448, 458, 581, 672, 778, 879, 930), 273 and 474 are those of Québec and
 * Saskatchewan, 689 that of Orlando; Lloydminster (306), Atikokan (807), Blanc-Sablon (418), the Peace River (250) and the three
 * territories (867) have their zones in the IANA database. A code that is missing here counts as unknown.
 */
const CODES_OF_ZONES: readonly (readonly [zones: readonly string[], codes: string])[] = [
  [
    [
      'America/Iqaluit',
      'America/Coral_Harbour',
      'America/Rankin_Inlet',
      'America/Resolute',
      'America/Cambridge_Bay',
      'America/Yellowknife',
      'America/Whitehorse',
    ],
    '867',
  ],
  [['America/Halifax'], '428 506 782 902'],
  [['America/Puerto_Rico'], '787 939'],
  [['America/St_Thomas'], '340'],
  [
    ['America/New_York'],
    `201 202 203 207 212 215 216 220 223 227 229 231 234 239 240 248 252 260 267 269 272 276 283 301 302
    304 305 313 315 317 321 324 326 329 330 332 336 339 347 351 352 363 380 386 401 404 407 410 412 413
    419 434 440 443 445 463 470 472 475 478 484 502 508 513 516 517 518 540 551 561 567 570 571 582 585
    586 603 607 609 610 614 616 617 631 640 645 646 656 667 678 680 681 686 689 703 704 706 716 717 718
    724 727 728 732 734 740 743 754 757 762 765 770 771 772 774 781 786 802 803 804 810 813 814 821 826
    828 835 838 839 843 845 848 854 856 857 859 860 862 863 864 865 878 904 908 910 912 914 917 919 929
    934 937 941 943 947 948 954 959 973 978 980 984 989`,
  ],
  [
    ['America/Toronto'],
    `226 249 263 273 289 343 354 365 382 416 437 438 450 468 514 519 548 579 613 647 683 705 742 753 819
    873 905 942`,
  ],
  [
    ['America/Chicago'],
    `205 210 214 217 218 224 225 228 235 251 254 256 262 274 281 309 312 314 316 318 319 320 325 327 331
    334 337 346 353 361 402 405 409 414 417 430 432 447 464 469 479 501 504 507 512 515 531 534 539 557
    563 572 573 580 601 608 612 615 618 629 630 636 641 651 659 660 662 682 708 712 713 715 726 730 731
    737 763 769 773 779 806 815 816 817 830 832 847 870 872 901 903 913 918 920 931 936 938 940 945 952
    956 972 975 979 985`,
  ],
  [['America/Winnipeg'], '204 431 584'],
  [['America/Denver'], '303 307 385 406 435 505 575 719 720 748 801 915 970 983'],
  [['America/Edmonton'], '368 403 587 780 825'],
  [['America/Phoenix'], '480 520 602 623'],
  [
    ['America/Los_Angeles'],
    `206 209 213 253 279 310 323 341 350 360 369 408 415 424 425 442 503 509 510 530 559 562 564 619 626
    628 650 657 661 669 702 707 714 725 738 747 760 805 818 820 831 840 858 909 916 925 949 951 971`,
  ],
  [['America/Vancouver'], '604'],
  [['Pacific/Honolulu'], '808'],
  [['Pacific/Guam'], '671'],
  [['America/St_Johns', 'America/Goose_Bay'], '709 879'],
  [['America/Halifax', 'America/Blanc-Sablon', 'America/Toronto'], '367 418 581'],
  [['America/New_York', 'America/Chicago'], '219 270 364 423 448 574 606 812 850 906 930'],
  [['America/Toronto', 'America/Atikokan', 'America/Winnipeg'], '807'],
  [['America/Chicago', 'America/Denver'], '308 605 620 701 785'],
  [['America/Regina', 'America/Edmonton'], '306 474 639'],
  [['America/Denver', 'America/Phoenix'], '928'],
  [['America/Denver', 'America/Los_Angeles'], '775'],
  [['America/Edmonton', 'America/Dawson_Creek', 'America/Vancouver'], '236 250 257 672 778'],
  [['America/Boise', 'America/Los_Angeles'], '208 458 541 986'],
  [['America/Anchorage', 'America/Adak'], '907'],
];

/** Zones by area code. */
export const AREA_CODE_ZONES: ReadonlyMap<string, readonly string[]> = new Map(
  CODES_OF_ZONES.flatMap(([zones, codes]) => codes.split(/\s+/).map((code) => [code, zones] as const)),
);

/** All zones of a country that is served, from east to west; of the US those of its states. */
export const COUNTRY_ZONES: Readonly<Record<string, readonly string[]>> = {
  US: [
    'America/New_York',
    'America/Chicago',
    'America/Denver',
    'America/Phoenix',
    'America/Los_Angeles',
    'America/Anchorage',
    'America/Adak',
    'Pacific/Honolulu',
  ],
  PR: ['America/Puerto_Rico'],
  VI: ['America/St_Thomas'],
  GU: ['Pacific/Guam'],
  CA: [
    'America/St_Johns',
    'America/Halifax',
    'America/Blanc-Sablon',
    'America/Toronto',
    'America/Atikokan',
    'America/Winnipeg',
    'America/Regina',
    'America/Edmonton',
    'America/Whitehorse',
    'America/Vancouver',
  ],
};
