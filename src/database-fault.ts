/** Apart from the app: a command tells of an error without loading the service for it. */
export { databaseFaultOf } from "./store/database-fault.ts";
