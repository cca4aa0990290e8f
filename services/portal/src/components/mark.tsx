/** The contest's ball, as it stands in the clips. */
export function Mark({ class: className }: { class?: string }) {
  return (
    <svg class={className} viewBox="-100 -100 200 200" aria-hidden="true" focusable="false">
      <circle r="94" fill="#f57418" stroke="#0a1024" stroke-width="6" />
      <g stroke="#0a1024" stroke-width="6" stroke-linejoin="round">
        <path
          fill="none"
          d="M0-50Q3.9-77.9 38.3-85.8M47.6-15.5Q75.3-20.4 93.5 9.9M29.4 40.5Q42.6 65.3 19.4 92M-29.4 40.5Q-48.9 60.7-81.5 46.9M-47.6-15.5Q-72.9-27.8-69.8-63"
        />
        <path
          fill="#fff3e2"
          d="M0-50L13.5-18.6L47.6-15.5L21.9 7.1L29.4 40.5L0 23L-29.4 40.5L-21.9 7.1L-47.6-15.5L-13.5-18.6Z"
        />
      </g>
    </svg>
  );
}
