import * as z from "zod";

const uri = z.string().min(1).max(500);

/** The body of `POST /webhooks/calendly`: what is needed of the two events of an invitee. */
export const inviteeEventSchema = z.looseObject({
  event: z.enum(["invitee.created", "invitee.canceled"]),
  payload: z.looseObject({
    /** Of the invitee. */
    uri,
    name: z.string().min(1).max(200),
    email: z.email().max(254),
    text_reminder_number: z.string().nullish(),
    scheduled_event: z.looseObject({ event_type: uri, start_time: z.iso.datetime() }),
  }),
});
