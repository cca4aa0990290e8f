/** What an operator can mend: a command says it without a stack trace. */
export class Complaint extends Error {}
