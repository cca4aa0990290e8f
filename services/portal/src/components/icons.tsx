import type { ComponentChildren } from 'preact';

/** Drawn on a grid of 24, in the colour of the text beside them, which says what they mean. */
const icon = (children: ComponentChildren) =>
  function Icon() {
    return (
      <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
        {children}
      </svg>
    );
  };

export const BallIcon = icon(
  <>
    <circle cx="12" cy="12" r="9" />
    <path d="M3 12h18M12 3v18M5.6 5.6c4 3.4 4 9.4 0 12.8M18.4 5.6c-4 3.4-4 9.4 0 12.8" />
  </>,
);
export const PlayIcon = icon(
  <>
    <rect x="3" y="5" width="18" height="14" rx="3" />
    <path d="m10.5 9 4.5 3-4.5 3z" />
  </>,
);
export const TrophyIcon = icon(
  <path d="M8 4h8v6a4 4 0 0 1-8 0zM8 6H4v1a4 4 0 0 0 4 4m8-5h4v1a4 4 0 0 1-4 4m-4 3v3m-4 3h8m-6 0v-3h4v3" />,
);
export const UploadIcon = icon(<path d="M12 16V5m0 0L7.5 9.5M12 5l4.5 4.5M4 16v3h16v-3" />);
export const PanelIcon = icon(<path d="M4 20V10m5.3 10V4m5.4 16v-7M20 20V8" />);
export const PersonIcon = icon(
  <>
    <circle cx="12" cy="8" r="4" />
    <path d="M4 21c1-5 4-7 8-7s7 2 8 7" />
  </>,
);
export const EnterIcon = icon(<path d="M14 4h6v16h-6M4 12h10m0 0-4-4m4 4-4 4" />);
export const WhistleIcon = icon(
  <>
    <circle cx="9" cy="14" r="6" />
    <path d="M9 8h12v4l-6 1.500" />
    <circle cx="9" cy="14" r="1.500" />
  </>,
);
export const CheckIcon = icon(<path d="m4 12.500 5.500 5.500L20 6.500" />);
export const ShareIcon = icon(
  <>
    <circle cx="6" cy="12" r="2.500" />
    <circle cx="17" cy="5.500" r="2.500" />
    <circle cx="17" cy="18.500" r="2.500" />
    <path d="m8.300 10.800 6.400-4M8.300 13.200l6.400 4" />
  </>,
);
/** Of the app that the link goes to. */
export const WhatsappIcon = icon(
  <>
    <path d="m3.500 20.500 1.200-4.300a8.500 8.500 0 1 1 3.200 3.100z" />
    <path d="M9 8.500c-.8 1-.3 2.700 1.500 4.500s3.600 2.400 4.600 1.600c.5-.5.3-1-.3-1.400l-1.100-.6-1 .8a5 5 0 0 1-2-2l.8-1-.6-1.200c-.4-.8-1.200-1.300-1.900-.7" />
  </>,
);
export const SearchIcon = icon(
  <>
    <circle cx="10.500" cy="10.500" r="6.500" />
    <path d="m15.500 15.500 5 5" />
  </>,
);
export const AlertIcon = icon(
  <>
    <circle cx="12" cy="12" r="9" />
    <path d="M12 7v6m0 3.500v.5" />
  </>,
);
export const StarIcon = icon(
  <path d="m12 3.500 2.600 5.600 6 .8-4.400 4.200 1.100 6L12 17.200l-5.300 2.900 1.100-6L3.400 9.900l6-.8z" />,
);
export const CameraIcon = icon(
  <>
    <rect x="3" y="6.500" width="12" height="11" rx="2.500" />
    <path d="m15 10.500 6-3v9l-6-3" />
  </>,
);
