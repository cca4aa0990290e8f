import * as texts from '#texts/upload';
import { Confirm } from '../confirm.tsx';

interface ConfirmCancelProps {
  onYes: () => void;
  onNo: () => void;
}

/** Asks before what has arrived of an upload is deleted. */
export const ConfirmCancel = (props: ConfirmCancelProps) => (
  <Confirm
    question={texts.cancelQuestion}
    text={texts.cancelText}
    yes={texts.cancelYes}
    no={texts.cancelNo}
    {...props}
  />
);
