import { useEffect, useState } from 'preact/hooks';
import { currentRole, watchRole } from '../client/person.ts';
import { SignOutButton } from '../components/sign-out-button.tsx';

/** For who is signed in. */
export default function SignOut() {
  const [isIn, setIn] = useState(false);
  useEffect(() => {
    setIn(currentRole() !== undefined);
    return watchRole((role) => setIn(role !== undefined));
  }, []);
  return isIn ? <SignOutButton /> : null;
}
