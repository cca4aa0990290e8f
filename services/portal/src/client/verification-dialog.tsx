/** Asks for the code that was mailed. @returns whether the e-mail is verified now */
export async function openVerification(): Promise<boolean> {
  location.assign('/verificar');
  return false;
}
