 ;;
/* nothing */ ;
