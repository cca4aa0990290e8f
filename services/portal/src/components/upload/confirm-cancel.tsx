import * as texts from '#texts/upload';
import { Confirm } from '../confirm.tsx';

interface ConfirmCancelProps {
  /** Of one that broke off. */
  isUnfinished?: boolean;
  onYes: () => void;
  onNo: () => void;
}

/** Asks before what has arrived of an upload is deleted. */
export const ConfirmCancel = ({ isUnfinished = false, ...props }: ConfirmCancelProps) => (
  <Confirm
    {...(isUnfinished ? texts.confirmDiscard : texts.confirmCancel)}
    text={texts.cancelText}
    {...props}
  />
);
