/** An id as the program makes them, of anything. */
export const ID = "0199a000-0000-7000-8000-000000000001";
